import KafkaBroker
import KafkaProtocol
import Testing

@testable import Simulator

/// An administrator against answers by hand.
@Suite struct SimulatedAdministratorTests {
    private func cluster(
        _ operations: [AdministratorSettings.Operation]
    ) -> ScriptedCluster<SimulatedAdministrator> {
        var settings = AdministratorSettings(topics: ["orders"])
        settings.operations = operations
        settings.interval = .milliseconds(100)
        settings.replaceable = [TopicPlan(name: "orders", partitions: 2, replicationFactor: 2)]
        let network = NetworkSettings(name: "administrator", number: 3, seed: 3, bootstrap: [1])
        return ScriptedCluster(SimulatedAdministrator(settings, network: network))
    }

    @Test func `what an administrator deletes it makes anew, though it hears of neither`() throws {
        // Clients wait for the topic: whether an answer that was lost stood for an effect does not matter.
        var cluster = cluster([.replaceTopic])
        try cluster.step(.deadlineReached)
        let (deletion, deleted) = try cluster.next(DeleteTopicsRequest.self)
        #expect(deleted.topics.map(\.name) == ["orders"])
        try cluster.disconnect(deletion.connection)
        cluster.client.finish()
        #expect(!cluster.client.isDone)
        let (lost, _) = try cluster.next(CreateTopicsRequest.self)
        try cluster.disconnect(lost.connection)
        let (request, created) = try cluster.next(CreateTopicsRequest.self)
        #expect(created.topics.map(\.name) == ["orders"])
        #expect(created.topics.map(\.numPartitions) == [2])
        var answer = CreateTopicsResponse()
        var result = CreateTopicsResponse.CreatableTopicResult()
        result.name = "orders"
        result.errorCode = .topicAlreadyExists
        answer.topics = [result]
        try cluster.answer(request, answer)
        #expect(cluster.client.isDone)
        // The topic was there all the time: nothing took effect for certain.
        #expect(cluster.notes == [])
    }

    @Test func `an operation that took effect is noted, one that was refused is not`() throws {
        // The counts of a run must not name what never happened.
        for (error, count) in [(ErrorCode.none, 1), (.unknownTopicOrPartition, 0)] {
            var cluster = cluster([.electPreferred])
            try cluster.step(.deadlineReached)
            let (request, asked) = try cluster.next(ElectLeadersRequest.self)
            #expect(asked.electionType == 0)
            var partition = ElectLeadersResponse.PartitionResult()
            partition.partitionId = asked.topicPartitions?.first?.partitions.first ?? -1
            partition.errorCode = error
            var topic = ElectLeadersResponse.ReplicaElectionResult()
            topic.topic = "orders"
            topic.partitionResult = [partition]
            var answer = ElectLeadersResponse()
            answer.replicaElectionResults = [topic]
            try cluster.answer(request, answer)
            #expect(cluster.notes.count { if case .administered = $0 { true } else { false } } == count)
        }
    }

    @Test func `an administrator elects uncleanly where nobody leads`() throws {
        // Everywhere else the answer is that there is nothing to do, and the run has not seen such an election.
        var cluster = cluster([.electUnclean])
        cluster.leaders[1] = (.none, 3)
        try cluster.step(.deadlineReached)
        for _ in 0..<5 {
            let (request, asked) = try cluster.next(ElectLeadersRequest.self)
            #expect(asked.electionType == 1)
            #expect(asked.topicPartitions?.first?.partitions == [1])
            try cluster.answer(request, ElectLeadersResponse())
        }
    }
}
