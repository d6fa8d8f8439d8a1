import Foundation
import KafkaProtocol
import NIOCore
import Testing

/// One line of `batches.jsonl`: a batch, or several, as Apache Kafka 3.9 wrote or judged them.
struct BatchVector: Decodable, CustomTestStringConvertible {
    var name: String
    var hex: String
    var produceError: String?
    /// What Kafka reads from a good one; nil in a line that has an `error` key.
    var good: BatchFields?
    var judged: Judgement?

    /// What Kafka made of a wrong or odd one. `error` nil: it accepts it.
    struct Judgement: Decodable {
        var error: String?
        var stage: String?
        var batchesSeen: Int
        var recordsRead: Int
        var trailingBytesIgnored: Bool
        var batches: [BatchFields]
    }

    private enum Key: String, CodingKey { case name = "case", hex, produceError, error }

    init(from decoder: any Decoder) throws {
        let line = try decoder.container(keyedBy: Key.self)
        name = try line.decode(String.self, forKey: .name)
        hex = try line.decode(String.self, forKey: .hex)
        produceError = try line.decodeIfPresent(String.self, forKey: .produceError)
        if line.contains(.error) {
            judged = try Judgement(from: decoder)
        } else {
            good = try BatchFields(from: decoder)
        }
    }

    var testDescription: String { name }
    var bytes: ByteBuffer { ByteBuffer(hex: hex) }

    /// The number in `INVALID_RECORD (87): ...`; 0 where Kafka would append the batch.
    var produceErrorCode: ErrorCode {
        guard let produceError else { return .none }
        guard let match = produceError.firstMatch(of: /\((-?\d+)\):/), let code = Int16(match.1) else {
            preconditionFailure("the vector \(name) names no error code: \(produceError)")
        }
        return ErrorCode(rawValue: code)
    }
}

/// The fields of one batch and its records, as the vectors name them.
struct BatchFields: Decodable {
    var magic: Int8
    var compression: String
    var baseOffset: Int64
    var lastOffset: Int64
    var partitionLeaderEpoch: Int32
    var crc: UInt32
    var producerId: Int64
    var producerEpoch: Int16
    var baseSequence: Int32
    var lastSequence: Int32
    var isTransactional: Bool
    var isControl: Bool
    var timestampType: String
    var baseTimestamp: Int64?
    var maxTimestamp: Int64
    var deleteHorizonMs: Int64?
    var count: Int32?
    var records: [RecordFields]
}

struct RecordFields: Decodable {
    var offset: Int64
    var timestamp: Int64
    var key: String?
    var value: String?
    var headers: [[String?]]

    var record: Record {
        Record(
            offset: offset, timestamp: timestamp, key: key.map { ByteBuffer(hex: $0) },
            value: value.map { ByteBuffer(hex: $0) },
            headers: headers.map { RecordHeader(key: $0[0] ?? "", value: $0[1].map { ByteBuffer(hex: $0) }) })
    }
}

extension BatchVector {
    /// All lines, from the folder that KLAMM_VECTORS names or else from the tests' own copy.
    static let all: [BatchVector] = {
        let folder =
            ProcessInfo.processInfo.environment["KLAMM_VECTORS"].map { URL(filePath: $0) }
            ?? Bundle.module.resourceURL?.appending(path: "Vectors")
        guard let file = folder?.appending(path: "batches.jsonl"), let text = try? Data(contentsOf: file) else {
            preconditionFailure("batches.jsonl is not in \(String(describing: folder))")
        }
        let decoder = JSONDecoder()
        return text.split(separator: UInt8(ascii: "\n")).map { line in
            do {
                return try decoder.decode(BatchVector.self, from: Data(line))
            } catch {
                preconditionFailure(
                    "not a batch vector: \(error): \(String(decoding: line.prefix(200), as: UTF8.self))")
            }
        }
    }()

    static let good = all.filter { $0.good != nil }
    static let judged = all.filter { $0.judged != nil }
}

extension ByteBuffer {
    init(hex: String) {
        let digits = Array(hex.utf8).map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
        self.init(bytes: stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    var hex: String { readableBytesView.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined() }
}
