import Console
import KafkaClient
import KafkaProtocol
import KafkaServer
import Workload

/// A cluster under the console, with klamm's own clients on it and those that do what the user asks for.
struct ConsoleTarget: Sendable {
    var cluster: any ConsoleCluster
    var workload: RunningWorkload
    var clients: ConsoleClients
    /// What the workload's records go through.
    var ledgers: TopicLedgers

    /// Carries out a command that concerns the cluster, and says what came of it where that is worth a word. Others,
    /// which are the terminal's or the story's, it leaves alone.
    func perform(_ command: Command) async throws -> Event? {
        switch command {
        case .inject(let fault): try await cluster.inject(fault)
        case .client(let command): workload.execute(command)
        case .fetchRecords(let query): return .records(try await clients.page(query))
        case .produce(let draft): return .outcome(try await clients.produce(draft))
        case .createTopic(let draft):
            try await clients.admin().createTopic(
                draft.name, partitions: draft.partitions ?? -1, replicationFactor: draft.replicationFactor ?? -1)
            return .outcome(.topicCreated(draft.name))
        case .deleteTopic(let name):
            try await clients.admin().deleteTopic(name)
            return .outcome(.topicDeleted(name))
        case .deleteGroup(let name):
            try await GroupOffsets(cluster: cluster).delete(name)
            return .outcome(.done("Deleted group \(name) and its offsets"))
        case .electPreferredLeaders(let partitions):
            return .outcome(.done(try await electPreferred(partitions)))
        case .addBroker:
            let id = try await cluster.addBroker()
            return .outcome(.done("Broker \(id) serves; it holds nothing until replicas are moved to it"))
        case .removeBroker(let id):
            try await cluster.removeBroker(id)
            return .outcome(.done("Removed broker \(id) and its folder"))
        case .moveReplicas(let moves):
            try await ReplicaMoves(cluster: cluster).begin(moves)
            return .outcome(.replicasMoving(moves))
        case .moveOffsets(let group, let moves):
            let (moved, problem) = try await GroupOffsets(cluster: cluster).commit(moves, for: group)
            return .outcome(.offsetsMoved(group: group, moved, problem: problem))
        case .setConfig(let topic, let name, let value):
            let problem = try await TopicConfigs(cluster: cluster).set(
                name, to: value, of: topic)
            return .configSet(topic: topic, name: name, value: value, problem: problem)
        case .inquire(let inquiry):
            return .answer(try await Inquiries(cluster: cluster, ledgers: ledgers, workload: workload).answer(inquiry))
        case .copy, .save, .remember, .setTheme, .redraw, .playScenario, .conduct, .quit: break
        }
        return nil
    }

    private func electPreferred(_ partitions: [TopicPartition]) async throws -> String {
        let moved = try await LeaderElections(cluster: cluster).elect(partitions)
        return moved == 0
            ? "Every partition is led by its preferred replica already"
            : "\(moved) \(moved == 1 ? "partition went" : "partitions went") back to the preferred leader"
    }
}
