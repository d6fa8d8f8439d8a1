import Foundation

/// Seeds that nobody has played with these sources: they are drawn from the sources' own text. Every change of klamm meets new
/// ones, and yet a run that fails can be repeated as often as one likes.
enum FreshSeeds {
    static let count = 300

    static func range() throws -> ClosedRange<UInt64> {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")
        var paths: [String] = []
        for module in ["KafkaProtocol", "KafkaStorage", "KafkaBroker", "KafkaCluster", "Simulator"] {
            let files = FileManager.default.enumerator(atPath: root.appendingPathComponent(module).path)
            while let file = files?.nextObject() as? String {
                if file.hasSuffix(".swift") { paths.append("\(module)/\(file)") }
            }
        }
        // FNV-1a, since Swift's own hash is another in each process.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for path in paths.sorted() {
            for byte in try Data(contentsOf: root.appendingPathComponent(path)) {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            }
        }
        // Beyond those that people play by hand, and short enough to type.
        let first = 1_000_000 + hash % 1_000_000_000
        return first...first + UInt64(count) - 1
    }
}
