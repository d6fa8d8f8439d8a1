import DeliveryLedger
import KafkaBroker
import KafkaProtocol

/// When the logs of one broker's replicas grew, were acknowledged and were cut, through all the broker's lives.
///
/// Bounded: 56 bytes a mark, 65,536 marks over all partitions and 64 for each of a partition's three lists beyond them
/// (`MarkRoom`); 64 elections and 64 cuts a partition besides.
package struct ReplicaMarks {
    private struct Cut {
        var offsets: Range<Int64>
        var reason: DropReason
        var at: Instant
    }

    private struct Replica {
        var topicID: Uuid
        /// Where its log ended at the first mark: what lies before came before there were marks.
        let formerEnd: Int64
        var written = MarkList()
        var passed = MarkList()
        var answered = MarkList()
        var cuts: [Cut] = []
        var leads: [ReplicaTrace.Lead] = []
    }

    /// In place of acks, for what a follower wrote.
    private static let copied = Int16.min
    private static let mostEvents = 64

    private var replicas: [TopicPartition: Replica] = [:]
    private var room = MarkRoom()

    package init() {}

    package mutating func note(_ mark: LogMark, of partition: TopicPartition, _ topicID: Uuid, at: Instant) {
        if case .deleted = mark { return forget(partition, topicID) }
        open(partition, topicID, formerEnd: mark.formerEnd)
        switch mark {
        case .appended(let offsets, let epoch, let acks):
            let mark = OffsetMark(offsets: Range(offsets), moment: Moment(at), tag: epoch, detail: acks)
            replicas[partition]?.written.add(mark, in: &room)
        case .copied(let offsets, let epoch):
            let mark = OffsetMark(offsets: Range(offsets), moment: Moment(at), tag: epoch, detail: Self.copied)
            replicas[partition]?.written.add(mark, in: &room)
        case .passed(let offsets, let epoch):
            replicas[partition]?.passed.add(
                OffsetMark(offsets: offsets, moment: Moment(at), tag: epoch), in: &room)
        case .led(let epoch, let end):
            Self.keep(
                ReplicaTrace.Lead(leaderEpoch: epoch, logEndOffset: end, at: at), in: &replicas[partition]!.leads)
        case .truncated(let offsets): cut(partition, offsets, .truncated, at: at)
        case .deleted: break
        }
    }

    /// The answer is on its way to the client.
    package mutating func answered(_ batch: Acknowledgement, at: Instant) {
        guard batch.firstOffset <= batch.lastOffset else { return }
        open(batch.partition, batch.topicID, formerEnd: batch.lastOffset + 1)
        let mark = OffsetMark(
            offsets: batch.firstOffset..<(batch.lastOffset + 1), moment: Moment(at), tag: batch.leaderEpoch,
            detail: batch.acks)
        replicas[batch.partition]?.answered.add(mark, in: &room)
    }

    /// They went with what the disk lost.
    package mutating func dropped(
        _ offsets: Range<Int64>, of partition: TopicPartition, _ reason: DropReason, at: Instant
    ) { cut(partition, offsets, reason, at: at) }

    private mutating func cut(
        _ partition: TopicPartition, _ offsets: Range<Int64>, _ reason: DropReason, at: Instant
    ) {
        guard replicas[partition] != nil, !offsets.isEmpty else { return }
        Self.keep(Cut(offsets: offsets, reason: reason, at: at), in: &replicas[partition]!.cuts)
    }

    private static func keep<Event>(_ event: Event, in events: inout [Event]) {
        if events.count == mostEvents { events.removeFirst() }
        events.append(event)
    }

    private mutating func open(_ partition: TopicPartition, _ topicID: Uuid, formerEnd: Int64) {
        if let known = replicas[partition] {
            if known.topicID == topicID { return }
            forget(partition, known.topicID)
        }
        replicas[partition] = Replica(topicID: topicID, formerEnd: formerEnd)
    }

    private mutating func forget(_ partition: TopicPartition, _ topicID: Uuid) {
        guard let known = replicas[partition], known.topicID == topicID else { return }
        room.used -= known.written.marks.count + known.passed.marks.count + known.answered.marks.count
        replicas[partition] = nil
    }

    // MARK: What is known

    /// What this broker did with the record at an offset: the one of that epoch, or the newest where no epoch is given.
    package func trace(of partition: TopicPartition, offset: Int64, leaderEpoch: Int32?) -> ReplicaTrace {
        var trace = ReplicaTrace()
        guard let replica = replicas[partition] else { return trace }
        let written = replica.written.last(of: offset) { leaderEpoch == nil || $0.tag == leaderEpoch }
        trace.isForgetful = replica.written.isCut || offset < replica.formerEnd
        let epoch = leaderEpoch ?? written?.tag
        if let written {
            trace.written = ReplicaTrace.Write(
                moment: written.moment, leaderEpoch: written.tag,
                acks: written.detail == Self.copied ? nil : written.detail)
            let cut = replica.cuts.first { $0.offsets.contains(offset) && $0.at >= written.moment.to }
            trace.drop = cut.map { ReplicaTrace.Drop(reason: $0.reason, at: $0.at) }
        }
        guard let epoch else { return trace }
        // As long as it held the record: later it passed another in its place.
        if let written {
            let passed = replica.passed.first(of: offset) { mark in
                mark.tag >= epoch && mark.moment.to >= written.moment.from
                    && (trace.drop.map { mark.moment.from <= $0.at } ?? true)
            }
            trace.passed = passed?.moment
        }
        trace.answer = replica.answered.first(of: offset) { $0.tag == epoch }.map {
            ReplicaTrace.Answer(moment: $0.moment, acks: $0.detail)
        }
        trace.leads = replica.leads.filter { $0.leaderEpoch > epoch }
        return trace
    }
}

/// What one broker did with one record.
package struct ReplicaTrace: Hashable, Sendable {
    package struct Write: Hashable, Sendable {
        package var moment: Moment
        package var leaderEpoch: Int32
        /// What the producer asked for; nil where the broker copied it from the leader.
        package var acks: Int16?

        package init(moment: Moment, leaderEpoch: Int32, acks: Int16?) {
            self.moment = moment
            self.leaderEpoch = leaderEpoch
            self.acks = acks
        }
    }

    package struct Answer: Hashable, Sendable {
        package var moment: Moment
        package var acks: Int16

        package init(moment: Moment, acks: Int16) {
            self.moment = moment
            self.acks = acks
        }
    }

    package struct Drop: Hashable, Sendable {
        package var reason: DropReason
        package var at: Instant

        package init(reason: DropReason, at: Instant) {
            self.reason = reason
            self.at = at
        }
    }

    /// It came to lead, with a log that ended there.
    package struct Lead: Hashable, Sendable {
        package var leaderEpoch: Int32
        package var logEndOffset: Int64
        package var at: Instant

        package init(leaderEpoch: Int32, logEndOffset: Int64, at: Instant) {
            self.leaderEpoch = leaderEpoch
            self.logEndOffset = logEndOffset
            self.at = at
        }
    }

    package var written: Write?
    /// As leader, its high watermark went past it while it had it.
    package var passed: Moment?
    /// As leader, it told the producer that it is written.
    package var answer: Answer?
    /// It left the log after it had been written, and has not come back.
    package var drop: Drop?
    /// Under later epochs than the record's, in their order.
    package var leads: [Lead] = []
    /// Old marks have been forgotten, or there were none yet.
    package var isForgetful = false

    package init() {}
}
