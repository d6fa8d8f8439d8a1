import KafkaClient
import KafkaCluster
import KafkaProtocol
import Logging
import Synchronization

/// One member of a group: a thread that polls, works on each record for as long as the settings say, commits when its
/// policy says so, and polls again.
///
/// State   | event                      | goes to | does
/// reading | a poll's records           | reading | works on each, commits
/// reading | other settings             | reading | where they need a new client, leaves and joins again
/// reading | stop                       | ended   | commits what it has worked on, leaves the group
/// reading | crash, at its point        | ended   | nothing: no commit, no word to the group
final class MemberWorker: Sendable {
    let member: GroupMember
    let positions = MemberPositions()
    private let environment: WorkloadEnvironment
    private let errors: ErrorRelay
    private let orders: MemberOrders
    private let hasEnded = Atomic<Bool>(false)
    private let consumer = Mutex<Consumer?>(nil)

    init(_ settings: ConsumerSettings, name: String, number: Int, environment: WorkloadEnvironment) {
        self.member = GroupMember(group: settings.group, name: name, number: number)
        self.environment = environment
        self.errors = ErrorRelay(client: name, feed: environment.feed)
        self.orders = MemberOrders(settings)
    }

    func start() -> DedicatedThread { DedicatedThread(name: "klamm-consumer") { self.run() } }

    var isEnded: Bool { hasEnded.load(ordering: .acquiring) }

    func change(to settings: ConsumerSettings) { order { $0.settings = settings } }

    func seek(to target: SeekTarget) { order { $0.seek = target } }

    /// Commits what it has worked on, as its settings say, and leaves the group.
    func stop() {
        order { orders in
            if case .none = orders.end { orders.end = .stop }
        }
    }

    /// Dies without a word to the group, at this point of its work on this record or, if it is past that, on the next.
    func crash(_ point: CrashPoint, atRecord: Int) {
        order { orders in
            orders.end = .crash(point)
            orders.crashRecord = atRecord
        }
    }

    private func order(_ change: (inout MemberOrders.Current) -> Void) {
        orders.give(change)
        // Under the lock: the last reference, and with it the client's end, must not fall to whoever gives orders.
        consumer.withLock { $0?.wake() }
    }

    // MARK: On its own thread

    private func run() {
        defer { hasEnded.store(true, ordering: .releasing) }
        var settings = orders.current.settings
        let commits = MemberCommits(
            settings, member: member, positions: positions, errors: errors, observer: environment.observer,
            tracker: environment.tracker)
        guard var consumer = open(settings, commits) else { return }
        defer { self.consumer.withLock { $0 = nil } }
        let work = MemberWork(
            member, orders: orders, positions: positions, commits: commits, errors: errors, environment: environment)
        while true {
            let now = orders.current
            switch now.end {
            case .crash(.now):
                crash(consumer)
                return
            case .stop:
                close(consumer, commits)
                return
            case .none, .crash: break
            }
            let needsNewClient =
                configuration(of: now.settings) != configuration(of: settings)
                || now.settings.topics != settings.topics || now.settings.assignment != settings.assignment
                || now.settings.assignment == .selfManaged && now.settings.members != settings.members
            settings = now.settings
            if needsNewClient {
                close(consumer, commits)
                guard let next = open(settings, commits) else { return }
                consumer = next
            }
            if let target = orders.takeSeek(), !seek(to: target, consumer, commits) {
                readOn(from: work.abandoned, consumer)
            }
            work.turn(through: consumer)
        }
    }

    private func crash(_ consumer: Consumer) {
        consumer.crash()
        positions.revoked(positions.positions.map(\.partition))
        environment.observer?.crashed(member)
        environment.feed.emit(.memberCrashed(group: member.group, member: member.number))
    }

    private func configuration(of settings: ConsumerSettings) -> ClientConfiguration {
        WorkloadClients.configuration(
            of: settings, member: member.number, base: environment.configuration, clientID: member.name)
    }

    private func open(_ settings: ConsumerSettings, _ commits: MemberCommits) -> Consumer? {
        let errors = errors
        do throws(ClientError) {
            let consumer = try Consumer(
                configuration(of: settings), logger: environment.logger, onError: { errors.report($0) },
                onRebalance: { [weak self] rebalance in self?.rebalanced(rebalance, commits) })
            self.consumer.withLock { $0 = consumer }
            let stores = try MemberStores(settings, in: environment.stores)
            if let offsets = stores.offsets {
                try assign(offsets, settings, consumer)
            } else {
                try consumer.subscribe(settings.topics)
            }
            return consumer
        } catch {
            errors.report(error)
            return nil
        }
    }

    /// Its share of the partitions, each from where its own offsets say.
    private func assign(
        _ offsets: OwnOffsets, _ settings: ConsumerSettings, _ consumer: Consumer
    ) throws(ClientError) {
        let start = settings.autoOffsetReset == .earliest ? PartitionOffset.beginning : PartitionOffset.end
        var share: [PartitionOffset] = []
        for topic in settings.topics {
            for partition in try consumer.partitions(of: topic)
            where Int(partition.partition) % max(1, settings.members) == member.number - 1 {
                do {
                    share.append(PartitionOffset(partition, try offsets.position(in: partition) ?? start))
                } catch {
                    throw ClientError(application: error)
                }
            }
        }
        try consumer.assign(share)
        environment.observer?.assigned(share.map(\.partition), to: member)
    }

    /// Inside a poll, or the close.
    private func rebalanced(_ rebalance: Rebalance, _ commits: MemberCommits) {
        switch rebalance {
        case .assigned(let partitions):
            environment.observer?.assigned(partitions, to: member)
        case .revoked(let partitions, let isLost):
            if let consumer = consumer.withLock({ $0 }) {
                commits.perform(through: consumer) { $0.revoking(partitions, isLost: isLost) }
            }
            positions.revoked(partitions)
            environment.observer?.revoked(partitions, from: member, lost: isLost)
        case .failed(let error): errors.report(error)
        }
    }

    private func close(_ consumer: Consumer, _ commits: MemberCommits) {
        commits.perform(through: consumer) { $0.closing() }
        // Answers that are on their way are waited for, a while.
        let deadline = monotonicNanoseconds() + 2_000_000_000
        while commits.isWaiting, monotonicNanoseconds() < deadline { consumer.serveAnswers(milliseconds: 100) }
        do throws(ClientError) { try consumer.close() } catch { errors.report(error) }
        positions.revoked(positions.positions.map(\.partition))
    }

    /// False where it reads on from where it was: without an assignment, or when brokers do not answer.
    private func seek(to target: SeekTarget, _ consumer: Consumer, _ commits: MemberCommits) -> Bool {
        do throws(ClientError) {
            let assigned = try consumer.assignment
            guard !assigned.isEmpty else { return false }
            var places: [PartitionOffset]
            switch target {
            case .beginning: places = assigned.map { PartitionOffset($0, PartitionOffset.beginning) }
            case .end: places = assigned.map { PartitionOffset($0, PartitionOffset.end) }
            case .offset(let offset): places = assigned.map { PartitionOffset($0, offset) }
            case .time(let milliseconds):
                places = try consumer.offsets(atTime: milliseconds, of: assigned).map {
                    PartitionOffset($0.partition, $0.offset ?? PartitionOffset.end)
                }
            }
            commits.tell { $0.forget(assigned) }
            environment.observer?.repositioned(assigned, of: member)
            try consumer.seek(places)
            return true
        } catch {
            errors.report(error)
            return false
        }
    }

    /// What was given up for a seek that came to nothing is read again: the next commit would go past it.
    private func readOn(from places: [PartitionOffset], _ consumer: Consumer) {
        guard !places.isEmpty else { return }
        let partitions = places.map(\.partition)
        environment.observer?.repositioned(partitions, of: member)
        do throws(ClientError) { try consumer.seek(places) } catch { errors.report(error) }
    }
}
