import KafkaClient
import KafkaCluster

/// The bytes of a producer's records, made anew for each in the same memory.
struct WorkloadRecord {
    private let topic: String
    private let producer: String
    private let partitions: [Int32]
    private let keys: [[UInt8]]
    private let prefix: [UInt8]
    private let bytes: Int
    private var value: [UInt8] = []

    init(_ settings: ProducerSettings, producer: String) {
        self.topic = settings.topic
        self.producer = producer
        self.partitions = settings.partitions
        self.keys = (0..<max(0, min(settings.keys, 100_000))).map { Array("key-\($0)".utf8) }
        self.prefix = Array("\(producer):".utf8)
        self.bytes = settings.valueBytes
    }

    enum Outcome {
        case queued
        /// The client's queue is full: the same record again, later.
        case noRoom
        /// This record will never go: too large, say.
        case refused(ClientError)
    }

    /// Where the settings say it; nil leaves the choice to the client.
    func partition(of sequence: UInt) -> Int32? {
        partitions.isEmpty ? nil : partitions[Int(sequence % UInt(partitions.count))]
    }

    /// The same record as it is kept until somebody has processed it.
    mutating func outboxRecord(_ sequence: UInt) -> Outbox.Record {
        fill(sequence)
        return Outbox.Record(
            id: RecordID(producer: producer, sequence: sequence), partition: partition(of: sequence),
            key: keys.isEmpty ? nil : String(decoding: keys[Int(sequence % UInt(keys.count))], as: UTF8.self),
            value: String(decoding: value, as: UTF8.self))
    }

    private mutating func fill(_ sequence: UInt) {
        value.removeAll(keepingCapacity: true)
        value.append(contentsOf: prefix)
        value.append(contentsOf: "\(sequence)".utf8)
        if value.count < bytes {
            value.append(UInt8(ascii: " "))
            value.append(contentsOf: repeatElement(UInt8(ascii: "."), count: bytes - value.count))
        }
    }

    mutating func send(_ sequence: UInt, through producer: Producer) -> Outcome {
        fill(sequence)
        do throws(ClientError) {
            try send(through: producer, key: keys.isEmpty ? nil : keys[Int(sequence % UInt(keys.count))], sequence)
            return .queued
        } catch {
            return error.code == .queueFull ? .noRoom : .refused(error)
        }
    }

    private func send(through producer: Producer, key: [UInt8]?, _ sequence: UInt) throws(ClientError) {
        var failure: ClientError?
        func send(_ key: UnsafeRawBufferPointer?) {
            value.withUnsafeBytes { value in
                do throws(ClientError) {
                    try producer.send(
                        topic: topic, partition: partition(of: sequence), key: key, value: value, tag: sequence)
                } catch {
                    failure = error
                }
            }
        }
        if let key { key.withUnsafeBytes { send($0) } } else { send(nil) }
        if let failure { throw failure }
    }
}
