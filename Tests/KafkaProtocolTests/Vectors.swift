import Foundation
import NIOCore

/// The golden vectors: what Apache Kafka's own classes wrote. From the folder in KLAMM_VECTORS, or else from the copies
/// beside this file.
enum Vectors {
    static let directory: URL =
        if let path = ProcessInfo.processInfo.environment["KLAMM_VECTORS"] {
            URL(fileURLWithPath: path, isDirectory: true)
        } else {
            Bundle.module.bundleURL.appendingPathComponent("Vectors", isDirectory: true)
        }

    static func lines(of file: String) throws -> [JSON] {
        let data = try Data(contentsOf: directory.appendingPathComponent(file))
        return try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(JSON.self, from: $0) }
    }

    /// The messages for which there are vectors.
    static func messageNames() throws -> [String] {
        let folder = directory.appendingPathComponent("messages").path
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
    }
}

/// One line of `messages/NAME.jsonl`.
struct MessageVector {
    struct UnknownTag: Hashable {
        var path: String
        var tag: Int64
        var hex: String
    }

    struct Malformed: Error {
        var line: JSON
    }

    var name: String
    var version: Int16
    var caseName: String
    var json: JSON
    var unknownTags: [UnknownTag]
    var bytes: ByteBuffer
    var isFlexible: Bool
    var headerVersion: Int64?
    /// What stands before the body where the record is stored.
    var framePrefix: ByteBuffer?

    init(_ line: JSON) throws {
        guard let name = line["name"]?.string, let version = line["version"]?.integer,
            let caseName = line["case"]?.string, let json = line["json"], let hex = line["hex"]?.string,
            case .bool(let isFlexible)? = line["flexible"]
        else { throw Malformed(line: line) }
        self.name = name
        self.version = Int16(version)
        self.caseName = caseName
        self.json = json
        bytes = ByteBuffer(hex: hex)
        self.isFlexible = isFlexible
        headerVersion = line["headerVersion"]?.integer
        framePrefix = line["framePrefixHex"]?.string.map { ByteBuffer(hex: $0) }
        unknownTags = []
        if case .array(let tags)? = line["unknownTags"] {
            unknownTags = try tags.map { tag in
                guard let path = tag["path"]?.string, let number = tag["tag"]?.integer, let hex = tag["hex"]?.string
                else { throw Malformed(line: line) }
                return UnknownTag(path: path, tag: number, hex: hex)
            }
        }
    }

    static func all(of name: String) throws -> [Self] { try Vectors.lines(of: "messages/\(name).jsonl").map(Self.init) }
}
