import KafkaCluster
import KafkaProtocol
import NIOCore
import Testing

@Suite struct FailedAnswerTests {
    private func check<Request: KafkaRequest>(_ request: Request, from lowest: Int16 = 0) throws {
        var count = 0
        for version in max(lowest, Request.versions.lowerBound)...Request.versions.upperBound {
            // A field that an older version lacks is not asked for in it.
            guard
                let frame = try? RequestFrame.encode(request, version: version, correlationId: 7, clientId: "test")
            else { continue }
            let answer = try #require(
                FailedAnswer.make(to: frame, with: .coordinatorNotAvailable), "\(Request.self) \(version)")
            let (id, _) = try ResponseFrame.decode(Request.Response.self, apiVersion: version, from: answer)
            #expect(id == 7)
            count += 1
        }
        #expect(count > 0)
    }

    @Test func `a request that is refused is answered in its own version`() throws {
        // Where no answer can be made up the connection is cut, and the client never sees the error that was asked for.
        var coordinator = FindCoordinatorRequest()
        coordinator.key = "readers"
        try check(coordinator)
        var coordinators = FindCoordinatorRequest()
        coordinators.coordinatorKeys = ["readers", "writers"]
        try check(coordinators)
        var data = ProduceRequest.PartitionProduceData()
        data.records = .bytes(ByteBuffer())
        var topic = ProduceRequest.TopicProduceData()
        topic.name = "orders"
        topic.partitionData = [data]
        var produce = ProduceRequest()
        produce.acks = 1
        produce.topicData = [topic]
        try check(produce, from: 3)
        var commit = OffsetCommitRequest()
        var committed = OffsetCommitRequest.OffsetCommitRequestTopic()
        committed.name = "orders"
        committed.partitions = [.init()]
        commit.topics = [committed]
        try check(commit)
        var metadata = MetadataRequest()
        var wanted = MetadataRequest.MetadataRequestTopic()
        wanted.name = "orders"
        metadata.topics = [wanted]
        try check(metadata)
        var group = OffsetFetchRequest.OffsetFetchRequestGroup()
        group.groupId = "readers"
        var offsets = OffsetFetchRequest()
        offsets.groups = [group]
        try check(offsets)
        try check(FetchRequest(), from: 4)
        try check(AlterPartitionRequest())
        try check(JoinGroupRequest())
        try check(SyncGroupRequest())
        try check(HeartbeatRequest())
        try check(LeaveGroupRequest())
        try check(InitProducerIdRequest())
    }

    @Test func `of a request for one coordinator the error stands at the top`() throws {
        // Version 3 knows no list of coordinators (seed 16972).
        var request = FindCoordinatorRequest()
        request.key = "readers"
        let frame = try RequestFrame.encode(request, version: 3, correlationId: 7, clientId: "test")
        let answer = try #require(FailedAnswer.make(to: frame, with: .coordinatorNotAvailable))
        let (_, response) = try ResponseFrame.decode(FindCoordinatorResponse.self, apiVersion: 3, from: answer)
        #expect(response.errorCode == .coordinatorNotAvailable)
        #expect(response.nodeId == .none)
    }
}
