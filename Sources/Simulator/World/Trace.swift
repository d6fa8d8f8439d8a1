import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// What has happened in a run: a hash of everything, and in words for whoever asks. The same seed gives the same trace, in
/// every process.
package struct Trace {
    package enum Entry: Sendable {
        case fault(String)
        case request(from: Observation.Endpoint, to: BrokerID, ByteBuffer)
        case answer(to: BrokerID, by: BrokerID, Int)
        case clientAnswer(String, by: BrokerID, Int)
        case reset(BrokerID, by: BrokerID)
        case event(BrokerEvent)
        case client(ClientNote)
    }

    /// Called with every line, where a trace is wanted in words.
    package var write: ((String) -> Void)?
    package private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    package private(set) var count = 0

    package init() {}

    package mutating func note(_ now: Instant, _ entry: Entry) {
        count += 1
        mix(UInt64(bitPattern: now.monotonicNanoseconds))
        mix(entry)
        if let write { write("\(Self.time(now)) \(Self.words(entry))") }
    }

    private mutating func mix(_ entry: Entry) {
        switch entry {
        case .fault(let text): mix(text)
        case .request(_, let to, let frame):
            mix(UInt64(truncatingIfNeeded: to.rawValue))
            // All of it: a difference anywhere is a difference.
            mix(UInt64(frame.readableBytes))
            frame.withUnsafeReadableBytes { bytes in
                var index = 0
                while index + 8 <= bytes.count {
                    mix(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                    index += 8
                }
            }
        case .answer(let to, let by, let size):
            mix(UInt64(truncatingIfNeeded: to.rawValue) << 32 | UInt64(truncatingIfNeeded: by.rawValue))
            mix(UInt64(size))
        case .clientAnswer(_, let by, let size):
            mix(UInt64(truncatingIfNeeded: by.rawValue))
            mix(UInt64(size))
        case .reset(let id, let by): mix(UInt64(truncatingIfNeeded: id.rawValue) << 32 | UInt64(by.rawValue))
        case .event(let event):
            mix(UInt64(truncatingIfNeeded: event.node.rawValue))
            mix(event.kind)
        case .client: break
        }
    }

    /// What logs' files look like from now on, for whoever reads a whole trace.
    func note(_ now: Instant, _ node: BrokerID, _ change: DiskChange) {
        guard let write, let words = Self.words(change) else { return }
        write("\(Self.time(now)) disk \(node): \(words)")
    }

    mutating func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x0000_0100_0000_01b3
        hash ^= hash >> 29
    }

    mutating func mix(_ text: String) {
        for byte in text.utf8 { mix(UInt64(byte)) }
    }

    private static func time(_ at: Instant) -> String {
        let microseconds = at.monotonicNanoseconds / 1000 - 1_000_000
        let fraction = String(microseconds % 1_000_000 + 1_000_000).dropFirst()
        return "\(microseconds / 1_000_000).\(fraction)"
    }

    private static func words(_ change: DiskChange) -> String? {
        switch change {
        case .wrote(let path, let offset, let bytes):
            guard path.contains(".log"), !path.hasPrefix(MetadataLog.topic) else { return nil }
            var batches: [String] = []
            var rest = RecordBatches(bytes)
            while let batch = (try? rest.next()) ?? nil {
                let header = batch.header
                batches.append("\(header.baseOffset)-\(header.nextOffset - 1) of epoch \(header.partitionLeaderEpoch)")
            }
            return "\(path) at \(offset): \(batches.joined(separator: ", "))"
        case .truncated(let path, let size): return path.contains(".log") ? "\(path) is cut to \(size) bytes" : nil
        case .renamed(let from, let to): return "\(from) becomes \(to)"
        case .removed(let path): return "\(path) is removed"
        case .replaced, .flushed: return nil
        }
    }

    private static func words(_ entry: Entry) -> String {
        switch entry {
        case .fault(let text): return "! \(text)"
        case .request(let from, let to, let frame):
            let key = frame.getInteger(at: frame.readerIndex, as: Int16.self).map { "\(APIKey(rawValue: $0))" } ?? "?"
            switch from {
            case .node(let id): return "\(id) -> \(to) \(key) (\(frame.readableBytes) bytes)"
            case .client(let id): return "connection \(id.rawValue) -> \(to) \(key) (\(frame.readableBytes) bytes)"
            }
        case .answer(let to, let by, let size): return "\(to) <- \(by) (\(size) bytes)"
        case .clientAnswer(let name, let by, let size): return "\(name) <- \(by) (\(size) bytes)"
        case .reset(let id, let by): return "\(id) loses its link to \(by)"
        case .event(let event): return "\(event.node): \(event.kind)"
        case .client(let note): return "\(note)"
        }
    }
}
