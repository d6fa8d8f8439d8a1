import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Simulator

/// The clients against real brokers, in a world of their own.
struct ClientsInWorldTests {
    private static func network(_ name: String, _ number: UInt32, _ dialect: ClientDialect) -> NetworkSettings {
        var network = NetworkSettings(name: name, number: number, seed: UInt64(number) * 77, bootstrap: [1, 2, 3])
        network.dialect = dialect
        return network
    }

    /// Three brokers with a topic of two partitions and one client of each kind; the notes that they left.
    private static func notes(
        dialect: ClientDialect, assignor: GroupMemberSettings.Assignor = .range,
        check: FetchSettings.TruncationCheck = .byFetch, kills: Bool = false
    ) throws -> [ClientNote] {
        let world = World(WorldSetup(seed: 5))
        nonisolated(unsafe) var notes: [ClientNote] = []
        world.watch = { observation, _ in if case .client(let note) = observation { notes.append(note) } }
        try world.startAll()
        try world.add(TopicFounder())
        #expect(try world.run(limit: .seconds(20)) { (world.client("founder")?.isDone ?? false) })
        for number in 0..<2 {
            var settings = ProducerSettings(topics: ["orders"])
            settings.isIdempotent = number == 0
            settings.interval = .milliseconds(200)
            try world.add(SimulatedProducer(settings, network: network("p\(number)", 10 + UInt32(number), dialect)))
        }
        var fetch = FetchSettings()
        fetch.truncationCheck = check
        try world.add(SimulatedConsumer(topics: ["orders"], fetch, network: network("consumer", 20, dialect)))
        for number in 0..<2 {
            var settings = GroupMemberSettings(group: "readers", topics: ["orders"])
            settings.assignor = assignor
            settings.sessionTimeout = .seconds(6)
            settings.crashesEvery = kills && number == 0 ? .seconds(2) : nil
            settings.fetch = fetch
            try world.add(SimulatedMember(settings, network: network("member-\(number)", 30 + UInt32(number), dialect)))
        }
        var administrator = AdministratorSettings(topics: ["orders"])
        administrator.operations = [.electPreferred, .addPartition, .createTopic, .deleteTopic, .alterMinISR]
        administrator.mostPartitions = 3
        try world.add(SimulatedAdministrator(administrator, network: network("administrator", 40, dialect)))
        if kills {
            try world.run(until: world.now + .seconds(2))
            try world.inject(.kill(1))
            try world.run(until: world.now + .seconds(4))
            try world.inject(.restart(1))
        }
        try world.run(until: world.now + .seconds(4))
        try world.finishClients()
        let names = ["p0", "p1", "consumer", "member-0", "member-1", "administrator"]
        let areDone = try world.run(limit: .seconds(60)) { names.allSatisfy { world.client($0)?.isDone ?? false } }
        #expect(
            areDone,
            "\(names.filter { !(world.client($0)?.isDone ?? false) }) did not come to rest: \(Self.memberStates(world))"
        )
        return notes
    }

    private static func memberStates(_ world: World) -> String {
        ["member-0", "member-1"].compactMap { world.client($0) as? SimulatedMember }.map { member in
            let partitions = member.fetcher.partitions.map {
                "\($0.id) \($0.state) \($0.position) of \($0.highWatermark ?? -1) committed \(member.committed[$0.id] ?? -1)"
            }
            return "\(member.name) \(member.state) coordinator \(member.coordinator) \(partitions)"
        }.joined(separator: "; ")
    }

    private static func check(_ notes: [ClientNote]) {
        var acknowledged: Set<String> = []
        var delivered: Set<String> = []
        var inGroup: Set<String> = []
        var commits = 0
        for note in notes {
            switch note {
            case .acknowledged(_, let record, _, _, _): acknowledged.insert(record)
            case .delivered(_, nil, _, _, let record): delivered.insert(record)
            case .delivered(_, .some, _, _, let record): inGroup.insert(record)
            case .commitAcknowledged: commits += 1
            case .unexpected, .corrupt, .wronglyAccepted: Issue.record("\(note)")
            default: break
            }
        }
        #expect(acknowledged.count > 50)
        #expect(
            acknowledged.isSubset(of: delivered), "missing \(acknowledged.subtracting(delivered).sorted().prefix(5))")
        #expect(acknowledged.isSubset(of: inGroup), "missing \(acknowledged.subtracting(inGroup).sorted().prefix(5))")
        #expect(commits > 5)
    }

    @Test(arguments: ClientDialect.allCases)
    func `what was confirmed is read, by whoever reads everything`(dialect: ClientDialect) throws {
        // Every dialect must be understood, and every client come to rest.
        Self.check(try Self.notes(dialect: dialect))
    }

    @Test(arguments: [GroupMemberSettings.Assignor.range, .cooperativeSticky])
    func `a broker and a member that are killed lose nothing`(assignor: GroupMemberSettings.Assignor) throws {
        // Elections, moved coordinators and rebalances, in one story per assignor.
        Self.check(
            try Self.notes(dialect: .java, assignor: assignor, check: .byOffsetForLeaderEpoch, kills: true))
    }
}

/// Creates the topic of these tests.
private struct TopicFounder: SimulatedClient {
    let name = "founder"
    private var network = NetworkClient(
        NetworkSettings(name: "founder", number: 1, seed: 1, bootstrap: [1]), topics: [])
    private var request: RequestID?
    private(set) var isDone = false
    var nextDeadline: Instant? { isDone ? nil : network.nextDeadline }
    mutating func finish() {}

    mutating func step(_ input: ClientInput, now: Instant, into actions: inout [ClientAction]) {
        network.handle(input, now: now, into: &actions)
        while let event = network.nextEvent() {
            switch event {
            case .answered(let id, _, let frame) where id == request:
                let response = network.read(CreateTopicsResponse.self, of: .createTopics, frame, into: &actions)
                let error = response?.topics.first?.errorCode
                isDone = error == ErrorCode.none || error == .topicAlreadyExists
                request = nil
            case .failed: request = nil
            default: break
            }
        }
        if isDone { return }
        network.driveMetadata(now: now, into: &actions)
        guard request == nil, network.metadata.brokers.count == 3 else {
            return network.refreshMetadata()
        }
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = "orders"
        topic.numPartitions = 2
        topic.replicationFactor = 3
        var creation = CreateTopicsRequest()
        creation.timeoutMs = 3000
        creation.topics = [topic]
        request = network.send(creation, to: 1, now: now, into: &actions)
    }
}
