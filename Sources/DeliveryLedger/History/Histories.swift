import KafkaProtocol

/// What a history knows of one producer.
struct ProducerHistory {
    let name: String
    var records = Chunked<RecordState>(empty: .unknownRecord)
    /// Those of chunks that were given back that are not settled.
    var odd: [Int: RecordState] = [:]
    /// In order.
    var oddSequences: [Int] = []

    init(name: String) { self.name = name }
}

/// What a history knows of one partition.
struct PartitionHistory {
    let id: TopicPartition
    /// By offset.
    var values = Chunked<HeldValue>(empty: .nothing)
    var read = ReadStretches()
    var retiredBefore: Int64 = 0

    init(id: TopicPartition) { self.id = id }
}

/// What a history knows of one group.
struct GroupHistory {
    let name: String
    /// By producer: how often each record was processed, up to 255 times.
    var processed: [Chunked<UInt8>] = []
    /// The same of records that are not settled, though their chunk was given back.
    var odd: [RecordRef: UInt8] = [:]
    /// By partition: the furthest commit.
    var committed: [Int: Int64] = [:]
    /// By producer: the latest record that was processed; -1 before the first.
    var latest: [Int] = []
    var outOfOrder = 0
    /// Records that became counts, which had been processed once, and more often.
    var foldedOnce = 0
    var foldedMore = 0
    /// How often records were processed once more after they had become counts.
    var processedLate = 0
    /// How often a record was processed that had been before.
    var processedAgain = 0

    init(name: String) { self.name = name }

    /// How often it has processed a record.
    func times(_ producer: Int, _ sequence: Int) -> Int {
        guard producer < processed.count else { return 0 }
        if sequence < processed[producer].start {
            return Int(odd[RecordRef(producer: producer, sequence: sequence)] ?? 0)
        }
        return Int(processed[producer][sequence])
    }
}
