import KafkaProtocol
import NIOCore
import Testing

@Suite struct InternalRecordTests {
    @Test func `a key of __consumer_offsets says what it is`() throws {
        // Loading a partition of groups depends on telling offsets from members.
        var offset = OffsetCommitKey()
        offset.group = "billing"
        offset.topic = "orders"
        offset.partition = 2
        var group = GroupMetadataKey()
        group.group = "billing"
        for key in [ConsumerOffsetsKey.offsetCommit(offset), .groupMetadata(group)] {
            #expect(try ConsumerOffsetsKey(decoding: key.encode()) == key)
        }
        #expect(try ConsumerOffsetsKey.offsetCommit(offset).encode().hex.hasPrefix("0001"))
        #expect(try ConsumerOffsetsKey.groupMetadata(group).encode().hex.hasPrefix("0002"))
    }

    @Test func `a key of another group type is named, not misread`() throws {
        // Kafka's newer groups keep records there too; a reader skips them.
        let error = #expect(throws: ProtocolError.self) {
            try ConsumerOffsetsKey(decoding: ByteBuffer(bytes: [0, 3, 0, 0]))
        }
        #expect(error?.reason == .unknownRecordType(3))
        #expect(throws: ProtocolError.self) { try ConsumerOffsetsKey(decoding: ByteBuffer(bytes: [0])) }
    }

    @Test func `a subscription of a newer consumer is read as the newest known`() throws {
        // Consumers of one group may differ in version, and newer ones only add fields.
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = ["orders"]
        subscription.rackId = "a"
        var bytes = try subscription.encodeVersioned()
        bytes.setInteger(Int16(9), at: 0)
        bytes.writeString("fields yet to come")
        #expect(try ConsumerProtocolSubscription(decodingVersioned: bytes) == subscription)
        bytes.setInteger(Int16(-1), at: 0)
        #expect(throws: ProtocolError.self) { try ConsumerProtocolSubscription(decodingVersioned: bytes) }
    }

    @Test func `an error code has Kafka's name`() {
        // People look codes up by name.
        #expect("\(ErrorCode.unknownServerError)" == "UNKNOWN_SERVER_ERROR")
        #expect("\(ErrorCode.none)" == "NONE")
        #expect("\(ErrorCode.notLeaderOrFollower)" == "NOT_LEADER_OR_FOLLOWER")
        #expect("\(ErrorCode.voterNotFound)" == "VOTER_NOT_FOUND")
        #expect(ErrorCode.voterNotFound.rawValue == 127)
        #expect("\(ErrorCode(rawValue: 128))" == "error code 128")
        #expect("\(ErrorCode(rawValue: .min))" == "error code -32768")
    }

    @Test func `an API has Kafka's name`() {
        // Log lines name the request.
        #expect("\(APIKey.offsetForLeaderEpoch)" == "OffsetForLeaderEpoch")
        #expect(!APIKey(rawValue: 999).isKnown)
        #expect("\(APIKey(rawValue: -5))" == "API key -5")
    }
}
