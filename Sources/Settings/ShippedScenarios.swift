extension ScenarioCatalogue {
    /// By number, as the issue and the articles behind it tell them: illness and cure.
    static let shipped: [(name: String, toml: [UInt8])] = [
        ("01-six-combinations", PackageResources._1_six_combinations_toml),
        ("02-nobody-answers", PackageResources._2_nobody_answers_toml),
        ("03-leader-dies-before-copying", PackageResources._3_leader_dies_before_copying_toml),
        ("04-all-in-sync-replicas", PackageResources._4_all_in_sync_replicas_toml),
        ("05-acknowledged-alone", PackageResources._5_acknowledged_alone_toml),
        ("06-unclean-election", PackageResources._6_unclean_election_toml),
        ("07-the-whole-isr-is-down", PackageResources._7_the_whole_isr_is_down_toml),
        ("08-n-failures", PackageResources._8_n_failures_toml),
        ("09-retries", PackageResources._9_retries_toml),
        ("10-full-buffer", PackageResources._0_full_buffer_toml),
        ("11-record-too-large", PackageResources._1_record_too_large_toml),
        ("12-auto-commit-and-a-crash", PackageResources._2_auto_commit_and_a_crash_toml),
        ("21-zombie-leader", PackageResources._1_zombie_leader_toml),
    ]
}
