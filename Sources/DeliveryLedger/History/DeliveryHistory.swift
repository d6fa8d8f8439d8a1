import KafkaProtocol

/// All that the workload's records went through, and what it comes to.
///
/// It takes some 26 bytes for a record, its offset's among them. When it has more than `mostRecords` records, the oldest that
/// are settled, acknowledged and read by every group, become counts, a chunk at a time; what is not settled is kept. Of as
/// many offsets at most it is known what they hold.
package struct DeliveryHistory {
    package let mostRecords: Int
    var producers: [ProducerHistory] = []
    private var producerNumbers = Numbering<String>()
    var partitions: [PartitionHistory] = []
    private var partitionNumbers = Numbering<TopicPartition>()
    var groups: [GroupHistory] = []
    private var groupNumbers = Numbering<String>()
    private var readerNumbers = Numbering<Reader>()
    private var positions = ReaderPositions()
    private(set) var skips: [Skip] = []
    private(set) var wentBack = Finding()
    private(set) var inconsistent = Finding()
    private(set) var duplicates = Finding()
    /// Records at more than one place of the log: part of every verdict, and known without one.
    package var doubled: Int { duplicates.count }
    private(set) var isFinallyRead = false
    private var recordCount = 0
    /// Over all partitions.
    private var valueCount = 0
    /// Records that became counts: all of them acknowledged, and read at that place alone.
    var folded = 0
    /// Records that were not settled, and of which nothing is known any more.
    var unjudged = 0

    /// What a poll passed over, to be judged when it is known what lay there.
    struct Skip {
        var partition: Int
        var offsets: Range<Int64>
    }

    package init(mostRecords: Int = 1_000_000) { self.mostRecords = mostRecords }

    // MARK: What happens

    package mutating func note(_ event: DeliveryEvent) {
        switch event {
        case .attempted(let producer, let sequence): attempted(producer, sequence...sequence)
        case .settled(let producer, let sequence, let outcome): settled(producer, sequence, outcome)
        case .delivered(let reader, let partition, let offset, let producer, let sequence):
            delivered(to: reader, partition, offset, producer, sequence)
        case .processed(let group, let producer, let sequence): processed(by: group, producer, sequence)
        case .committed(let group, let partition, let offset):
            let group = number(ofGroup: group)
            let partition = number(of: partition)
            groups[group].committed[partition] = max(offset, groups[group].committed[partition] ?? 0)
        case .repositioned(let reader, let partition):
            positions.forget(readerNumbers.number(of: reader), number(of: partition))
        case .retired(let partition, let offset):
            let partition = number(of: partition)
            partitions[partition].retiredBefore = max(partitions[partition].retiredBefore, offset)
        case .finalRead: isFinallyRead = true
        }
    }

    /// The same as the event, as are the next three: for those who tell of hundreds of thousands a second.
    package mutating func attempted(_ producer: String, _ sequences: ClosedRange<Int>) {
        let producer = number(of: producer)
        isFinallyRead = false
        for sequence in sequences {
            guard var state = state(producer, sequence) else { continue }
            if state.outcome == .none {
                state.outcome = .pending
                recordCount += 1
            } else {
                state.marks.insert(.resent)
            }
            set(state, producer, sequence)
            if recordCount - folded - unjudged > mostRecords { foldOldest() }
        }
    }

    package mutating func settled(_ producer: String, _ sequence: Int, _ outcome: SendOutcome) {
        let producer = number(of: producer)
        guard var state = state(producer, sequence) else { return }
        switch outcome {
        case .acknowledged(let partition, let offset):
            let partition = number(of: partition)
            state.outcome = .acknowledged
            hold(RecordRef(producer: producer, sequence: sequence), partition, offset, isPolled: false)
            place(&state, producer, sequence, partition, offset)
        // One success is enough: a later failure is of a re-send.
        case .failed: if state.outcome != .acknowledged { state.outcome = .failed }
        case .unknown: if state.outcome != .acknowledged { state.outcome = .unknown }
        }
        set(state, producer, sequence)
    }

    package mutating func delivered(
        to reader: Reader, _ partition: TopicPartition, _ offset: Int64, _ producer: String, _ sequence: Int
    ) {
        let (partition, producer) = (number(of: partition), number(of: producer))
        guard offset >= 0, offset < .max, sequence >= 0 else { return }
        if let last = positions.move(readerNumbers.number(of: reader), partition, to: offset) {
            if offset <= last {
                note(example(producer, sequence, partition, offset), in: \.wentBack)
            } else if offset > last + 1, skips.count < 100_000 {
                skips.append(Skip(partition: partition, offsets: last + 1..<offset))
            }
        }
        partitions[partition].highestPolled = max(partitions[partition].highestPolled, offset)
        hold(RecordRef(producer: producer, sequence: sequence), partition, offset, isPolled: true)
        guard var state = state(producer, sequence) else { return }
        state.marks.insert(.polled)
        place(&state, producer, sequence, partition, offset)
        set(state, producer, sequence)
    }

    package mutating func processed(by group: String, _ producer: String, _ sequence: Int) {
        let (group, producer) = (number(ofGroup: group), number(of: producer))
        guard sequence >= 0 else { return }
        while groups[group].processed.count <= producer { groups[group].processed.append(Chunked(empty: 0)) }
        guard sequence >= groups[group].processed[producer].start else {
            if producers[producer].odd[sequence] == nil {
                groups[group].processedLate += 1
            } else {
                let ref = RecordRef(producer: producer, sequence: sequence)
                groups[group].odd[ref] = min(groups[group].odd[ref] ?? 0, .max - 1) + 1
            }
            return
        }
        guard groups[group].processed[producer].takes(sequence) else { return }
        let times = groups[group].processed[producer][sequence]
        if times == 0 { cameAnew(to: group, producer, sequence) }
        groups[group].processed[producer][sequence] = times == .max ? .max : times + 1
    }

    /// The first time that the group processes it.
    private mutating func cameAnew(to group: Int, _ producer: Int, _ sequence: Int) {
        while groups[group].latest.count <= producer { groups[group].latest.append(-1) }
        if sequence < groups[group].latest[producer] {
            groups[group].outOfOrder += 1
        } else {
            groups[group].latest[producer] = sequence
        }
    }

    private mutating func note(_ example: Finding.Example, in finding: WritableKeyPath<Self, Finding>) {
        self[keyPath: finding].add(example)
    }

    // MARK: Places

    private mutating func place(
        _ state: inout RecordState, _ producer: Int, _ sequence: Int, _ partition: Int, _ offset: Int64
    ) {
        if !state.hasPlace {
            (state.partition, state.offset) = (UInt16(truncatingIfNeeded: partition), offset)
        } else if state.offset != offset || Int(state.partition) != partition, !state.marks.contains(.duplicate) {
            state.marks.insert(.duplicate)
            note(example(producer, sequence, partition, offset), in: \.duplicates)
        }
    }

    private mutating func hold(_ ref: RecordRef, _ partition: Int, _ offset: Int64, isPolled: Bool) {
        guard offset >= 0, let number = Int(exactly: offset), partitions[partition].values.takes(number) else { return }
        let held = partitions[partition].values[number]
        if let other = held.ref, other != ref {
            note(example(ref.producer, ref.sequence, partition, offset), in: \.inconsistent)
            // What was read there is what is there.
            if !isPolled { return }
        }
        let before = partitions[partition].values.count
        partitions[partition].values[number] = HeldValue(ref, isPolled: isPolled || held.isPolled)
        valueCount += partitions[partition].values.count - before
        if valueCount > mostRecords + Chunked<HeldValue>.chunkSize { forgetValues() }
    }

    /// Those of the longest partition.
    private mutating func forgetValues() {
        guard
            let longest = partitions.indices.max(by: { partitions[$0].values.count < partitions[$1].values.count }),
            partitions[longest].values.count > Chunked<HeldValue>.chunkSize
        else { return }
        let before = partitions[longest].values.count
        partitions[longest].values.removeFirstChunk()
        valueCount += partitions[longest].values.count - before
    }

    private func state(_ producer: Int, _ sequence: Int) -> RecordState? {
        guard sequence >= 0 else { return nil }
        if sequence < producers[producer].records.start { return producers[producer].odd[sequence] }
        return producers[producer].records.takes(sequence) ? producers[producer].records[sequence] : nil
    }

    private mutating func set(_ state: RecordState, _ producer: Int, _ sequence: Int) {
        if sequence < producers[producer].records.start {
            producers[producer].odd[sequence] = state
        } else {
            producers[producer].records[sequence] = state
        }
    }

    // MARK: Names and numbers

    private mutating func number(of producer: String) -> Int {
        let number = producerNumbers.number(of: producer)
        if number == producers.count { producers.append(ProducerHistory(name: producer)) }
        return number
    }

    private mutating func number(of partition: TopicPartition) -> Int {
        let number = partitionNumbers.number(of: partition)
        if number == partitions.count { partitions.append(PartitionHistory(id: partition)) }
        return number
    }

    private mutating func number(ofGroup group: String) -> Int {
        let number = groupNumbers.number(of: group)
        if number == groups.count { groups.append(GroupHistory(name: group)) }
        return number
    }

    func example(_ producer: Int, _ sequence: Int, _ partition: Int, _ offset: Int64) -> Finding.Example {
        Finding.Example(
            producer: producers[producer].name, sequence: sequence, partition: partitions[partition].id, offset: offset)
    }

    func example(_ producer: Int, _ sequence: Int, _ state: RecordState) -> Finding.Example {
        state.hasPlace
            ? example(producer, sequence, Int(state.partition), state.offset)
            : Finding.Example(producer: producers[producer].name, sequence: sequence)
    }
}
