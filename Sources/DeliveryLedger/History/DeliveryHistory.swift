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
    /// Where else a record was acknowledged.
    private(set) var secondPlaces: [RecordRef: Place] = [:]
    /// Those of them, in the order in which they came.
    private var movedRecords: [RecordRef] = []
    /// Records at more than one place of the log: part of every verdict, and known without one.
    package var doubled: Int { duplicates.count + movedRecords.count { unreadSecondPlace(of: $0) != nil } }
    /// Records that the group processed more than once.
    package func processedAgain(by group: String) -> Int {
        groups.first { $0.name == group }?.processedAgain ?? 0
    }
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
            if let group = reader.group { _ = number(ofGroup: group) }
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
            switch state.outcome {
            case .none:
                state.outcome = .pending
                recordCount += 1
            case .failed:
                state.outcome = .pending
                state.marks.insert(.resent)
            case .pending, .acknowledged, .unknown: state.marks.insert(.resent)
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
            place(&state, RecordRef(producer: producer, sequence: sequence), Place(partition, offset), isPolled: false)
        // One success is enough: a later failure is of a re-send. Nor does that settle what became of the first attempt.
        case .failed: if state.outcome != .acknowledged, state.outcome != .unknown { state.outcome = .failed }
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
            partitions[partition].read.add(min(last + 1, offset)...offset)
        } else {
            partitions[partition].read.add(offset...offset)
        }
        hold(RecordRef(producer: producer, sequence: sequence), partition, offset, isPolled: true)
        guard var state = state(producer, sequence) else { return }
        place(&state, RecordRef(producer: producer, sequence: sequence), Place(partition, offset), isPolled: true)
        state.marks.insert(.polled)
        set(state, producer, sequence)
    }

    package mutating func processed(by group: String, _ producer: String, _ sequence: Int) {
        let (group, producer) = (number(ofGroup: group), number(of: producer))
        guard sequence >= 0 else { return }
        makeRoom(for: producer, in: group)
        guard sequence >= groups[group].processed[producer].start else {
            if producers[producer].odd[sequence] == nil {
                groups[group].processedLate += 1
                groups[group].processedAgain += 1
            } else {
                let ref = RecordRef(producer: producer, sequence: sequence)
                if groups[group].odd[ref] ?? 0 > 0 { groups[group].processedAgain += 1 }
                groups[group].odd[ref] = min(groups[group].odd[ref] ?? 0, .max - 1) + 1
            }
            return
        }
        guard groups[group].processed[producer].takes(sequence) else { return }
        let times = groups[group].processed[producer][sequence]
        if times == 0 { cameAnew(to: group, producer, sequence) } else { groups[group].processedAgain += 1 }
        groups[group].processed[producer][sequence] = times == .max ? .max : times + 1
    }

    /// A group that comes late begins where its producers' records now begin: what is before has become counts.
    mutating func makeRoom(for producer: Int, in group: Int, start: Int? = nil) {
        while groups[group].processed.count <= producer {
            let next = groups[group].processed.count
            let start = next == producer ? start : nil
            groups[group].processed.append(Chunked(empty: 0, start: start ?? producers[next].records.start))
        }
    }

    /// The group knew of the record that it was done: it had been processed, whoever has heard of it.
    package mutating func knewAsProcessed(by group: String, _ producer: String, _ sequence: Int) {
        guard sequence >= 0 else { return }
        if groups[number(ofGroup: group)].times(number(of: producer), sequence) == 0 {
            processed(by: group, producer, sequence)
        }
    }

    /// Whether anything was heard of its members.
    package func knows(group: String) -> Bool { groupNumbers.contains(group) }

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

    /// A partition's number, and an offset there.
    struct Place: Hashable {
        var partition: Int
        var offset: Int64

        init(_ partition: Int, _ offset: Int64) {
            self.partition = partition
            self.offset = offset
        }
    }

    /// A record that was read at two places is doubled. One that was acknowledged at two, or acknowledged at one and read
    /// at another, may have been lost at one of them: that is judged later.
    private mutating func place(_ state: inout RecordState, _ ref: RecordRef, _ new: Place, isPolled: Bool) {
        guard let old = state.place else {
            state.place = new
            return
        }
        if old == new || state.marks.contains(.duplicate) { return }
        let wasPolled = isRead(ref, at: old) ?? state.marks.contains(.polled)
        if wasPolled, isPolled {
            state.marks.insert(.duplicate)
            secondPlaces[ref] = nil
            note(example(ref.producer, ref.sequence, new.partition, new.offset), in: \.duplicates)
            return
        }
        if secondPlaces[ref] == nil {
            guard secondPlaces.count < 100_000 else { return }
            movedRecords.append(ref)
        }
        // It lies where it was read.
        if isPolled { state.place = new }
        secondPlaces[ref] = isPolled ? old : new
    }

    /// Nil where it is no longer known what lies there.
    private func isRead(_ ref: RecordRef, at place: Place) -> Bool? {
        guard let number = Int(exactly: place.offset), number >= partitions[place.partition].values.start else {
            return nil
        }
        let held = partitions[place.partition].values[number]
        return held.isPolled && held.ref == ref
    }

    /// Records that were acknowledged at a place beside the one where they lie, and that may still be read there.
    var doubledUnread: [Finding.Example] {
        movedRecords.compactMap { ref in
            unreadSecondPlace(of: ref).map { example(ref.producer, ref.sequence, $0.partition, $0.offset) }
        }
    }

    /// Nil where somebody has gone past it: then it is judged by what was read.
    private func unreadSecondPlace(of ref: RecordRef) -> Place? {
        guard !isFinallyRead, let second = secondPlaces[ref],
            !partitions[second.partition].read.contains(second.offset),
            second.offset >= partitions[second.partition].retiredBefore
        else { return nil }
        return second
    }

    private mutating func hold(_ ref: RecordRef, _ partition: Int, _ offset: Int64, isPolled: Bool) {
        guard offset >= 0, let number = Int(exactly: offset), partitions[partition].values.takes(number) else { return }
        let held = partitions[partition].values[number]
        var (now, isInconsistent) = (ref, held.isInconsistent)
        if let other = held.ref, other != ref {
            // The offset counts once, however often it is told what it held.
            if !isInconsistent { note(example(ref.producer, ref.sequence, partition, offset), in: \.inconsistent) }
            isInconsistent = true
            // What was read there is what is there.
            if !isPolled { now = other }
        }
        let before = partitions[partition].values.count
        partitions[partition].values[number] = HeldValue(
            now, isPolled: isPolled || held.isPolled, isInconsistent: isInconsistent)
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
