/// Seeds that a promise did not hold in, or that the simulator misjudged, until what they showed was mended.
enum KeptSeeds {
    static let seeds: [UInt64] = [
        905_178, 908_923, 910_153, 912_299, 912_573, 917_978, 918_895, 2_001_344, 2_001_891, 2_005_131, 2_006_518,
        2_007_498, 2_017_047, 2_017_099, 2_017_912, 2_105_816, 2_108_525, 2_109_661, 2_113_317, 2_116_713, 2_127_715,
    ]

    /// In these clients lose records that were acknowledged, have them doubled, and process some twice.
    static let troubled: [UInt64] = [37, 61, 149, 333, 429, 453]
}
