import KafkaClient
import KafkaCluster
import KafkaProtocol
import Logging
import Synchronization

/// klamm's own producers and consumer groups, as clients of any cluster: real ones, over TCP. Idle, it does nothing.
///
/// Commands take effect on the clients' own threads; `execute` returns at once, and the events tell what came of it.
package final class RunningWorkload: Sendable {
    private struct ProducerEntry {
        var worker: ProducerWorker
        var settings: ProducerSettings
        var tally: ProducerTally
        var isStopped = false
    }

    private struct GroupEntry {
        var members: [MemberWorker]
        var settings: ConsumerSettings
        var isStopped = false
        /// What members of earlier starts have done.
        var before = MemberPositions.Counts()
    }

    private struct State {
        /// In order of their first start, one for a topic, one for a group.
        var producers: [ProducerEntry] = []
        var groups: [GroupEntry] = []
        var threads: [(isEnded: @Sendable () -> Bool, thread: DedicatedThread)] = []
        var starts = 0
        var isShutDown = false
    }

    private let environment: WorkloadEnvironment
    /// What the journeys of records are told from.
    package let tracker = RecordTracker()
    /// Distinguishes this run's record ids from those of every other.
    private let run: String
    private let state = Mutex(State())

    package init(
        _ configuration: ClientConfiguration, logger: Logger, storeFolder: String? = nil,
        observer: (any WorkloadObserver)? = nil
    ) {
        let stores = WorkloadStores(folder: storeFolder)
        run = String(UInt32.random(in: .min ... .max), radix: 36)
        self.environment = WorkloadEnvironment(
            configuration: configuration, logger: logger, feed: EventFeed(),
            stores: stores,
            outboxes: Outboxes(in: stores), observer: observer, tracker: tracker,
            run: "-\(run)-")
    }

    /// The ids of what a group that manages itself has a result of.
    package func results(of group: String) throws -> [String] {
        try OwnOffsets(of: group, in: environment.stores).results()
    }

    package func events() -> AsyncStream<ClusterEvent> { environment.feed.stream() }

    package func execute(_ command: ClientCommand) {
        let events = state.withLock { state -> [ClientEvent] in
            guard !state.isShutDown else { return [] }
            reap(&state)
            switch command {
            case .startProducer(let settings): return start(settings, in: &state)
            case .stopProducer(let topic): return stopProducer(topic, in: &state)
            case .setAcks(let topic, let acks): return change(topic, in: &state) { $0.acks = acks }
            case .changeProducer(let settings): return change(settings.topic, in: &state) { $0 = settings }
            case .crashProducer(let topic): return crashProducer(topic, in: &state)
            case .startGroup(let settings): return start(settings, in: &state)
            case .stopGroup(let group): return stopGroup(group, in: &state)
            case .setAutoCommit(let group, let isOn): return setAutoCommit(isOn, of: group, in: &state)
            case .changeGroup(let settings): return change(settings, in: &state)
            case .crashMember(let group, let number, let point, let record):
                // The member tells when it has happened.
                members(of: group, in: state).first { $0.member.number == number }?.crash(point, atRecord: record)
                return []
            case .seek(let group, let target):
                let members = members(of: group, in: state)
                for member in members { member.seek(to: target) }
                return members.isEmpty ? [] : [.groupSought(group, target)]
            }
        }
        for event in events { environment.feed.emit(event) }
    }

    package func snapshot() -> WorkloadSnapshot {
        let (producers, groups, open) = state.withLock { state in
            (state.producers, state.groups, state.threads.count { !$0.isEnded() })
        }
        let now = monotonicNanoseconds()
        var snapshot = WorkloadSnapshot()
        snapshot.openClients = open
        snapshot.producers = producers.map { entry in
            let counts = entry.tally.current
            let settings = entry.isStopped ? entry.settings : entry.worker.settings
            let isRunning = !entry.isStopped && !entry.worker.isEnded
            var producer = WorkloadSnapshot.Producer(settings: settings, isRunning: isRunning)
            producer.isEnding = entry.isStopped && !entry.worker.isEnded
            producer.sent = counts.sent
            producer.acknowledged = counts.acknowledged
            producer.failed = counts.failed
            producer.unknown = counts.unknown
            producer.dropped = counts.dropped
            producer.lostInBuffer = counts.lostInBuffer
            producer.blocked = counts.blocked
            producer.resent = counts.resent
            producer.doubled = environment.observer?.doubled(in: settings.topic)
            if settings.outboxResendMilliseconds != nil {
                producer.inOutbox = environment.outboxes.existing(settings.topic)?.count
            }
            producer.latencyP99Microseconds = counts.latencies.percentile(0.99, now: now)
            producer.waits = counts.waits.waits
            producer.silentSince = counts.silentSince.map { Instant.now(before: .nanoseconds(max(0, now - $0))) }
            producer.waitingSince = counts.waitingSince.map { Instant.now(before: .nanoseconds(max(0, now - $0))) }
            return producer
        }
        snapshot.groups = groups.map { entry in
            let isRunning = !entry.isStopped && !entry.members.allSatisfy(\.isEnded)
            var group = WorkloadSnapshot.Group(settings: entry.settings, isRunning: isRunning)
            let counts = entry.members.reduce(entry.before) { $0 + $1.positions.counts }
            group.consumed = counts.consumed
            group.consumedOfOthers = environment.observer.map { _ in counts.consumedOfOthers }
            group.processed = counts.processed
            group.skippedDuplicates = counts.skippedDuplicates
            group.errors = counts.errors
            group.deadLettered = counts.deadLettered
            group.failedCommits = counts.failedCommits
            group.processedAgain = environment.observer?.processedAgain(by: entry.settings.group)
            group.membersAtWork = entry.members.count(where: \.positions.isAtWork)
            group.positions = entry.members.flatMap(\.positions.positions).sorted { $0.partition < $1.partition }
            return group
        }
        return snapshot
    }

    /// Acknowledged records of a topic's producer, by partition: what must be in the logs for nothing to be lost.
    package func acknowledged(topic: String) -> [Int32: Int64] {
        let tally = state.withLock { state in state.producers.first { $0.settings.topic == topic }?.tally }
        return tally?.current.acknowledgedByPartition ?? [:]
    }

    /// Stops every client in good order: producers flush, members commit and leave. Returns when all have ended.
    ///
    /// Where the cluster goes as well nobody waits for what brokers may never answer: `abandons` ends them as crashes do.
    package func shutDown(abandons: Bool = false) async {
        let threads = state.withLock { state in
            state.isShutDown = true
            for entry in state.producers { if abandons { entry.worker.crash() } else { entry.worker.stop() } }
            for member in state.groups.flatMap(\.members) {
                if abandons { member.crash(.now, atRecord: 1) } else { member.stop() }
            }
            defer { state.threads = [] }
            return state.threads.map(\.thread)
        }
        if !threads.isEmpty {
            try? await DedicatedThread.run(name: "klamm-join") { for thread in threads { thread.join() } }
        }
        environment.feed.finish()
    }

    // MARK: Commands, under the lock

    private func start(_ wanted: ProducerSettings, in state: inout State) -> [ClientEvent] {
        var settings = wanted
        let left = settings.outboxResendMilliseconds == nil ? environment.outboxes.leftBehind(in: settings.topic) : 0
        // What an earlier run has kept is of no use to anybody if it stays where it is.
        if left > 0 { settings.outboxResendMilliseconds = 5000 }
        state.starts += 1
        let index = state.producers.firstIndex { $0.settings.topic == settings.topic }
        let tally = index.map { state.producers[$0].tally } ?? ProducerTally()
        let worker = ProducerWorker(
            settings, name: "\(settings.topic)-\(run)-\(state.starts)", tally: tally, environment: environment)
        let entry = ProducerEntry(worker: worker, settings: settings, tally: tally)
        if let index {
            state.producers[index].worker.stop()
            state.producers[index] = entry
        } else {
            state.producers.append(entry)
        }
        state.threads.append(({ worker.isEnded }, worker.start()))
        return [.producerStarted(settings)] + (left > 0 ? [.outboxTakenUp(topic: settings.topic, records: left)] : [])
    }

    private func stopProducer(_ topic: String, in state: inout State) -> [ClientEvent] {
        guard let worker = retire(topic, in: &state) else { return [] }
        worker.stop()
        return [.producerStopped(topic: topic)]
    }

    /// The topic's running producer, which counts as stopped from now on; its last settings are kept.
    private func retire(_ topic: String, in state: inout State) -> ProducerWorker? {
        guard let index = state.producers.firstIndex(where: { $0.settings.topic == topic && !$0.isStopped }) else {
            return nil
        }
        let worker = state.producers[index].worker
        state.producers[index].settings = worker.settings
        state.producers[index].isStopped = true
        return worker
    }

    private func change(
        _ topic: String, in state: inout State, _ change: @Sendable (inout ProducerSettings) -> Void
    ) -> [ClientEvent] {
        guard let index = state.producers.firstIndex(where: { $0.settings.topic == topic }) else { return [] }
        guard state.producers[index].isStopped else {
            // The worker tells when it sends in the new way.
            state.producers[index].worker.change(change)
            return []
        }
        // Takes effect with the next start.
        let old = state.producers[index].settings
        change(&state.producers[index].settings)
        return ProducerWorker.events(from: old, to: state.producers[index].settings)
    }

    private func crashProducer(_ topic: String, in state: inout State) -> [ClientEvent] {
        // The worker tells what was lost.
        retire(topic, in: &state)?.crash()
        return []
    }

    private func start(_ settings: ConsumerSettings, in state: inout State) -> [ClientEvent] {
        var entry = GroupEntry(members: [], settings: settings)
        if let index = state.groups.firstIndex(where: { $0.settings.group == settings.group }) {
            let former = state.groups[index]
            for member in former.members { member.stop() }
            entry.before = former.members.reduce(former.before) { $0 + $1.positions.counts }
            state.groups[index] = entry
        } else {
            state.groups.append(entry)
        }
        adjustMembers(of: settings.group, in: &state)
        return [.groupStarted(settings)]
    }

    /// Starts the members that are missing, stops those that are too many.
    private func adjustMembers(of group: String, in state: inout State) {
        guard let index = state.groups.firstIndex(where: { $0.settings.group == group }) else { return }
        let settings = state.groups[index].settings
        let wanted = max(1, settings.members)
        while state.groups[index].members.count > wanted {
            let member = state.groups[index].members.removeLast()
            state.groups[index].before = state.groups[index].before + member.positions.counts
            member.stop()
        }
        guard state.groups[index].members.count < wanted else { return }
        state.starts += 1
        for number in (state.groups[index].members.count + 1)...wanted {
            let member = MemberWorker(
                settings, name: "\(group)-\(run)-\(state.starts)-\(number)", number: number, environment: environment)
            state.groups[index].members.append(member)
            state.threads.append(({ member.isEnded }, member.start()))
        }
    }

    private func change(_ settings: ConsumerSettings, in state: inout State) -> [ClientEvent] {
        guard let index = state.groups.firstIndex(where: { $0.settings.group == settings.group }) else { return [] }
        state.groups[index].settings = settings
        if !state.groups[index].isStopped {
            for member in state.groups[index].members { member.change(to: settings) }
            adjustMembers(of: settings.group, in: &state)
        }
        return [.groupChanged(settings)]
    }

    private func members(of group: String, in state: State) -> [MemberWorker] {
        state.groups.first { $0.settings.group == group && !$0.isStopped }?.members ?? []
    }

    private func stopGroup(_ group: String, in state: inout State) -> [ClientEvent] {
        guard let index = state.groups.firstIndex(where: { $0.settings.group == group && !$0.isStopped }) else {
            return []
        }
        state.groups[index].isStopped = true
        for member in state.groups[index].members { member.stop() }
        return [.groupStopped(group)]
    }

    private func setAutoCommit(_ isOn: Bool, of group: String, in state: inout State) -> [ClientEvent] {
        guard let index = state.groups.firstIndex(where: { $0.settings.group == group }) else { return [] }
        state.groups[index].settings.enableAutoCommit = isOn
        for member in state.groups[index].members { member.change(to: state.groups[index].settings) }
        return [.autoCommitChanged(group: group, isOn)]
    }

    /// Joins the threads of workers that have ended.
    private func reap(_ state: inout State) {
        state.threads.removeAll { isEnded, thread in
            guard isEnded() else { return false }
            thread.join()
            return true
        }
    }
}
