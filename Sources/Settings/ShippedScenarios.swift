extension ScenarioCatalogue {
    /// By number: illness and cure, as issue by issue the articles on lost and doubled messages tell them.
    static let shipped: [(name: String, toml: [UInt8])] = [
        ("03-leader-dies-before-copying", PackageResources._3_leader_dies_before_copying_toml),
        ("12-auto-commit-and-a-crash", PackageResources._2_auto_commit_and_a_crash_toml),
    ]
}
