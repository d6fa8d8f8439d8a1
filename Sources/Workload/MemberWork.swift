import KafkaClient
import KafkaCluster
import KafkaProtocol

/// The application of one member: what it does between two polls. Used by the member's thread alone.
final class MemberWork {
    private let member: GroupMember
    private let orders: MemberOrders
    private let positions: MemberPositions
    private let commits: MemberCommits
    private let errors: ErrorRelay
    private let observer: (any WorkloadObserver)?
    private let tracker: RecordTracker
    /// What it is through with since it told last, and when that was.
    private var worked: [WorkedRun] = []
    private var toldAt = Instant.now()
    private let deadLetters: DeadLetters
    private var failures: WorkFailures
    private var names = RecordIDReader()
    private let run: String
    private var lastProducer = (name: "", isOther: true)
    private var polls = 0
    /// Records that it has begun to work on.
    private var begun = 0
    /// The orders as it last saw them.
    private var now: MemberOrders.Current
    private var seen = 0
    private let files: WorkloadStores
    private let outboxes: Outboxes
    private var stores: MemberStores?
    /// Where the rest of a batch begins that the last turn gave up half-way: the client has gone past it already.
    private(set) var abandoned: [PartitionOffset] = []

    init(
        _ member: GroupMember, orders: MemberOrders, positions: MemberPositions, commits: MemberCommits,
        errors: ErrorRelay, environment: WorkloadEnvironment
    ) {
        self.member = member
        self.orders = orders
        self.now = orders.current
        self.files = environment.stores
        self.outboxes = environment.outboxes
        self.positions = positions
        self.commits = commits
        self.errors = errors
        self.observer = environment.observer
        self.tracker = environment.tracker
        self.run = environment.run
        self.deadLetters = DeadLetters(
            environment.configuration.with(["client.id": "\(member.name)-dead-letters"]), logger: environment.logger)
        self.failures = WorkFailures(seed: now.settings.errorSeed, member: member.number)
        openStores()
    }

    /// One poll and the work on what it returns. Ends early when the member is to end or to read from elsewhere: what is
    /// left of the batch is then read again, by this member or by another.
    func turn(through consumer: Consumer) {
        look()
        abandoned = []
        defer {
            tellWorked()
            positions.rests()
            flushOutboxes()
        }
        commits.perform(through: consumer) { $0.polling(now: .now()) }
        let records = consumer.poll(maximum: now.settings.maxPollRecords, milliseconds: patience()) {
            [errors] _, error in errors.report(error)
        }
        consumer.serveAnswers(milliseconds: 0)
        guard !records.isEmpty else {
            commits.perform(through: consumer) { $0.timePassed(now: .now()) }
            return
        }
        polls += 1
        toldAt = .now()
        tracker.polled(Self.spans(of: records), by: member)
        let ids: [RecordID?] = observer == nil ? [] : records.map { names.id(of: $0) }
        observer?.delivered(records, ids, to: member, poll: polls)
        commits.perform(through: consumer) { $0.polled(Self.ends(of: records)) }
        for (index, record) in records.enumerated() {
            switch work(on: record, named: ids.isEmpty ? nil : ids[index], consumer) {
            case .finished:
                commits.perform(through: consumer) {
                    $0.finished(GroupPosition(partition: record.partition, position: record.offset + 1))
                }
            case .crashed:
                orders.give { $0.end = .crash(.now) }
                return
            case .interrupted:
                commits.tell { $0.abandonedRest() }
                abandoned = Self.starts(of: records[index...])
                return
            }
        }
        commits.perform(through: consumer) { $0.finishedBatch() }
    }

    /// Until the next commit or answer is due, and as long as the settings say at most.
    private func patience() -> Int {
        let most = now.settings.pollTimeoutMilliseconds
        if commits.isWaiting { return min(50, most) }
        guard let deadline = commits.nextDeadline else { return most }
        return Int(min(max((deadline - .now()).wholeNanoseconds / 1_000_000 + 1, 1), Int64(most)))
    }

    /// For each partition, in the order in which they come, what its first record begins and its others go on.
    private static func byPartition<Value>(
        _ records: some Sequence<ConsumedRecord>, begin: (ConsumedRecord) -> Value,
        goOn: (inout Value, ConsumedRecord) -> Void = { _, _ in }
    ) -> [(partition: TopicPartition, value: Value)] {
        var values: [(partition: TopicPartition, value: Value)] = []
        for record in records {
            if let index = values.lastIndex(where: { $0.partition == record.partition }) {
                goOn(&values[index].value, record)
            } else {
                values.append((record.partition, begin(record)))
            }
        }
        return values
    }

    /// The first record of each partition.
    private static func starts(of records: ArraySlice<ConsumedRecord>) -> [PartitionOffset] {
        byPartition(records) { $0.offset }.map { PartitionOffset($0.partition, $0.value) }
    }

    /// From the first record of each partition to behind its last.
    private static func spans(of records: [ConsumedRecord]) -> [(partition: TopicPartition, offsets: Range<Int64>)] {
        byPartition(records) {
            $0.offset..<($0.offset + 1)
        } goOn: { span, record in
            span = min(span.lowerBound, record.offset)..<max(span.upperBound, record.offset + 1)
        }.map { (partition: $0.partition, offsets: $0.value) }
    }

    /// The position behind the last record of each partition.
    private static func ends(of records: [ConsumedRecord]) -> [GroupPosition] {
        byPartition(records) {
            $0.offset + 1
        } goOn: {
            $0 = $1.offset + 1
        }.map { GroupPosition(partition: $0.partition, position: $0.value) }
    }

    /// A clock is read for each record only where its work takes longer than that.
    private func tellWorked() {
        guard !worked.isEmpty else { return }
        let now = Instant.now()
        tracker.worked(worked, by: member, Moment(from: toldAt, to: now))
        worked.removeAll(keepingCapacity: true)
        toldAt = now
    }

    // MARK: One record

    private enum Step { case finished, crashed, interrupted }

    private func dies(at point: CrashPoint) -> Bool { now.end == .crash(point) && begun >= now.crashRecord }

    /// Takes in what was ordered since it last looked. Commits change at once, in the middle of a batch.
    private func look() {
        let count = orders.count
        guard count != seen else { return }
        let old = now.settings
        seen = count
        now = orders.current
        if now.settings.deduplicates != old.deduplicates || now.settings.assignment != old.assignment { openStores() }
        commits.tell { $0.change(to: now.settings, now: .now()) }
    }

    private func openStores() {
        do throws(ClientError) {
            stores = try MemberStores(now.settings, in: files)
        } catch {
            errors.report(error)
            stores = nil
        }
    }

    /// Whether it is none that a producer of this run has sent. Most come from the same producer as the one before.
    private func isOfOthers(_ id: RecordID?) -> Bool {
        guard let id else { return true }
        if id.producer != lastProducer.name { lastProducer = (id.producer, !id.producer.contains(run)) }
        return lastProducer.isOther
    }

    private func work(on record: ConsumedRecord, named id: RecordID?, _ consumer: Consumer) -> Step {
        look()
        if now.interrupts { return .interrupted }
        begun += 1
        if dies(at: .beforeWork) { return .crashed }
        positions.handedOut(record, isOfOthers: isOfOthers(id))
        if isKnown(record) {
            positions.count { $0.skippedDuplicates += 1 }
            return over(record, id, .skippedDuplicate, consumer)
        }
        while true {
            guard spend(now.settings.millisecondsPerRecord / 2, consumer) else { return .interrupted }
            if dies(at: .duringWork) { return .crashed }
            guard spend(now.settings.millisecondsPerRecord / 2, consumer) else { return .interrupted }
            let verdict = failures.attempt(rate: now.settings.errorRate, now.settings.onError)
            if verdict != .done { positions.count { $0.errors += 1 } }
            switch verdict {
            case .done:
                return over(record, id, .done, consumer)
            case .swallowed: return over(record, id, .swallowed, consumer)
            case .again: break
            case .deadLetter(let topic, let failures):
                guard putAside(record, topic: topic, failures: failures, consumer) else { return .interrupted }
                positions.count { $0.deadLettered += 1 }
                return over(record, id, .deadLettered(topic: topic), consumer)
            }
            look()
            if now.interrupts { return .interrupted }
        }
    }

    /// A file that cannot be read knows nothing, and is told.
    private func isKnown(_ record: ConsumedRecord) -> Bool {
        do throws(ClientError) {
            return try stores?.knows(record) ?? false
        } catch {
            errors.report(error)
            return false
        }
    }

    private func flushOutboxes() {
        do { try outboxes.flush(now.settings.topics) } catch {
            errors.report(ClientError(application: error))
        }
    }

    /// What is to outlive the application is written before anybody hears that the work is done.
    private func over(
        _ record: ConsumedRecord, _ id: RecordID?, _ outcome: WorkOutcome, _ consumer: Consumer
    ) -> Step {
        while true {
            do throws(ClientError) {
                try keep(record, isDone: outcome == .done)
                break
            } catch {
                errors.report(error)
                guard spend(100, consumer) else { return .interrupted }
            }
        }
        if outcome == .done { positions.count { $0.processed += 1 } }
        outboxes.processed(record)
        observer?.processed(record, id, by: member, outcome)
        worked.add(record.partition, record.offset, outcome)
        if now.settings.millisecondsPerRecord > 0 {
            toldAt = .now()
            tellWorked()
        }
        look()
        return dies(at: .afterWork) ? .crashed : .finished
    }

    private func keep(_ record: ConsumedRecord, isDone: Bool) throws(ClientError) {
        guard let stores else { return }
        guard stores.offsets != nil else { return try stores.keep(record, isDone: isDone) }
        let position = GroupPosition(partition: record.partition, position: record.offset + 1)
        try commits.keepOutside(position) { () throws(ClientError) in try stores.keep(record, isDone: isDone) }
    }

    /// Tries until the brokers have it. False when something else is ordered first.
    private func putAside(_ record: ConsumedRecord, topic: String, failures: Int, _ consumer: Consumer) -> Bool {
        while true {
            do throws(ClientError) {
                return try deadLetters.send(
                    record, to: topic, failures: failures, while: { !orders.current.interrupts })
            } catch {
                errors.report(error)
                guard spend(100, consumer) else { return false }
            }
        }
    }

    /// Works for so long, while commits in the background go on. False when the work is broken off.
    private func spend(_ milliseconds: Double, _ consumer: Consumer) -> Bool {
        guard milliseconds > 0 else { return true }
        let end = monotonicNanoseconds() + Int64(milliseconds * 1_000_000)
        while true {
            // Answers wait for the next poll: to serve them would count as one, and the group would be deceived.
            commits.perform(through: consumer) { $0.timePassed(now: .now()) }
            look()
            if now.interrupts { return false }
            let time = monotonicNanoseconds()
            guard time < end else { return true }
            // A commit in Java's way may be due for long: it waits for the next poll.
            let deadline = commits.nextDeadline.map(\.monotonicNanoseconds).flatMap { $0 > time ? $0 : nil }
            orders.wait(untilNanoseconds: min(end, deadline ?? end))
        }
    }
}
