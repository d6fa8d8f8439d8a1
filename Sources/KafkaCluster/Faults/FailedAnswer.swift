import KafkaProtocol
import NIOCore

/// The answer to a request that a fault makes fail: the broker's own, or an empty one of the right shape, with the error
/// wherever it has a place for one.
package enum FailedAnswer {
    /// An answer to a request that was not carried out; nil where none can be made up, or none is expected.
    package static func make(to frame: ByteBuffer, with error: ErrorCode) -> ByteBuffer? {
        guard let head = RequestHead(frame) else { return nil }
        var body = frame
        guard (try? RequestFrame.decodeHeader(from: &body)) != nil else { return nil }
        switch head.api {
        case .produce:
            guard let request = try? ProduceRequest(decoding: body, version: head.version), request.acks != 0 else {
                return nil
            }
            var response = ProduceResponse()
            response.responses = request.topicData.map { data in
                var topic = ProduceResponse.TopicProduceResponse()
                topic.name = data.name
                topic.partitionResponses = data.partitionData.map { part in
                    var partition = ProduceResponse.PartitionProduceResponse()
                    partition.index = part.index
                    partition.baseOffset = -1
                    return partition
                }
                return topic
            }
            return encode(response, head, error)
        case .offsetCommit:
            guard let request = try? OffsetCommitRequest(decoding: body, version: head.version) else { return nil }
            var response = OffsetCommitResponse()
            response.topics = request.topics.map { data in
                var topic = OffsetCommitResponse.OffsetCommitResponseTopic()
                topic.name = data.name
                topic.partitions = data.partitions.map { part in
                    var partition = OffsetCommitResponse.OffsetCommitResponsePartition()
                    partition.partitionIndex = part.partitionIndex
                    return partition
                }
                return topic
            }
            return encode(response, head, error)
        case .fetch: return encode(FetchResponse(), head, error)
        case .findCoordinator:
            guard let request = try? FindCoordinatorRequest(decoding: body, version: head.version) else { return nil }
            var response = FindCoordinatorResponse()
            // Older versions ask for one, and answer at the top.
            for key in request.coordinatorKeys where head.version >= 4 {
                var coordinator = FindCoordinatorResponse.Coordinator()
                coordinator.key = key
                coordinator.nodeId = .none
                response.coordinators.append(coordinator)
            }
            if head.version < 4 { response.nodeId = .none }
            return encode(response, head, error)
        case .metadata:
            guard let request = try? MetadataRequest(decoding: body, version: head.version),
                let topics = request.topics
            else { return nil }
            var response = MetadataResponse()
            response.topics = topics.map { wanted in
                var topic = MetadataResponse.MetadataResponseTopic()
                topic.name = wanted.name
                topic.topicId = wanted.topicId
                return topic
            }
            return encode(response, head, error)
        case .alterPartition: return encode(AlterPartitionResponse(), head, error)
        case .joinGroup: return encode(JoinGroupResponse(), head, error)
        case .syncGroup: return encode(SyncGroupResponse(), head, error)
        case .heartbeat: return encode(HeartbeatResponse(), head, error)
        case .leaveGroup: return encode(LeaveGroupResponse(), head, error)
        case .offsetFetch:
            guard let request = try? OffsetFetchRequest(decoding: body, version: head.version) else { return nil }
            var response = OffsetFetchResponse()
            response.groups = request.groups.map { wanted in
                var group = OffsetFetchResponse.OffsetFetchResponseGroup()
                group.groupId = wanted.groupId
                return group
            }
            return encode(response, head, error)
        case .initProducerId: return encode(InitProducerIdResponse(), head, error)
        default: return nil
        }
    }

    /// The broker's answer with its errors replaced; nil where it is not known how.
    package static func make(of answer: ByteBuffer, to frame: ByteBuffer, with error: ErrorCode) -> ByteBuffer? {
        guard let head = RequestHead(frame) else { return nil }
        switch head.api {
        case .produce: return rewrite(ProduceResponse.self, answer, head, error)
        case .fetch: return rewrite(FetchResponse.self, answer, head, error)
        case .listOffsets: return rewrite(ListOffsetsResponse.self, answer, head, error)
        case .metadata: return rewrite(MetadataResponse.self, answer, head, error)
        case .offsetCommit: return rewrite(OffsetCommitResponse.self, answer, head, error)
        case .offsetFetch: return rewrite(OffsetFetchResponse.self, answer, head, error)
        case .findCoordinator: return rewrite(FindCoordinatorResponse.self, answer, head, error)
        case .joinGroup: return rewrite(JoinGroupResponse.self, answer, head, error)
        case .syncGroup: return rewrite(SyncGroupResponse.self, answer, head, error)
        case .heartbeat: return rewrite(HeartbeatResponse.self, answer, head, error)
        case .leaveGroup: return rewrite(LeaveGroupResponse.self, answer, head, error)
        case .initProducerId: return rewrite(InitProducerIdResponse.self, answer, head, error)
        case .createTopics: return rewrite(CreateTopicsResponse.self, answer, head, error)
        case .deleteTopics: return rewrite(DeleteTopicsResponse.self, answer, head, error)
        case .alterPartition: return rewrite(AlterPartitionResponse.self, answer, head, error)
        default: return nil
        }
    }

    private static func rewrite<Response: KafkaResponse>(
        _ type: Response.Type, _ answer: ByteBuffer, _ head: RequestHead, _ error: ErrorCode
    ) -> ByteBuffer? {
        guard let (_, response) = try? ResponseFrame.decode(type, apiVersion: head.version, from: answer) else {
            return nil
        }
        return encode(response, head, error)
    }

    private static func encode<Response: KafkaResponse>(
        _ response: Response, _ head: RequestHead, _ error: ErrorCode
    ) -> ByteBuffer? {
        var response = response
        var setter = ErrorSetter(version: head.version, code: error.rawValue)
        guard (try? response.code(with: &setter, version: head.version)) != nil,
            let parts = try? ResponseFrame.encode(
                response, apiVersion: head.version, correlationId: head.correlationId)
        else { return nil }
        var whole = ByteBuffer()
        for part in parts {
            guard case .bytes(let bytes) = part else { return nil }
            whole.writeImmutableBuffer(bytes)
        }
        return whole
    }
}

/// Walks over a message as a reader does, and sets every field that is named `errorCode`.
private struct ErrorSetter: Coder {
    let version: Int16
    let code: Int16

    mutating func int16(_ name: StaticString, _ value: inout Int16) throws(ProtocolError) {
        if name.description == "errorCode" { value = code }
    }

    mutating func array<Element: FieldValue>(_ name: StaticString, _ value: inout [Element]) throws(ProtocolError) {
        for index in value.indices { try value[index].code(as: name, with: &self) }
    }

    mutating func nullableArray<Element: FieldValue>(
        _ name: StaticString, _ value: inout [Element]?, nullable: Bool
    ) throws(ProtocolError) {
        guard var elements = value else { return }
        try array(name, &elements)
        value = elements
    }

    mutating func structure<Structure: KafkaStruct>(
        _ name: StaticString, _ value: inout Structure
    ) throws(ProtocolError) {
        try value.code(with: &self, version: version)
    }

    mutating func bool(_ name: StaticString, _ value: inout Bool) {}
    mutating func int8(_ name: StaticString, _ value: inout Int8) {}
    mutating func uint16(_ name: StaticString, _ value: inout UInt16) {}
    mutating func int32(_ name: StaticString, _ value: inout Int32) {}
    mutating func int64(_ name: StaticString, _ value: inout Int64) {}
    mutating func float64(_ name: StaticString, _ value: inout Double) {}
    mutating func uuid(_ name: StaticString, _ value: inout Uuid) {}
    mutating func string(_ name: StaticString, _ value: inout String) {}
    mutating func nullableString(_ name: StaticString, _ value: inout String?, nullable: Bool) {}
    mutating func fixedLengthString(_ name: StaticString, _ value: inout String?) {}
    mutating func bytes(_ name: StaticString, _ value: inout ByteBuffer) {}
    mutating func nullableBytes(_ name: StaticString, _ value: inout ByteBuffer?, nullable: Bool) {}
    mutating func nullableRecords(_ name: StaticString, _ value: inout Payload?, nullable: Bool) {}
    mutating func absent(_ name: StaticString, isDefault: Bool) {}
    mutating func beginTags(_ unknown: [TaggedField]) -> TagSection { TagSection() }
    mutating func tagged<Value: FieldValue>(
        _ tag: UInt32, _ name: StaticString, _ value: inout Value, default: Value, in section: inout TagSection
    ) {}
    mutating func endTags(_ section: TagSection, _ unknown: inout [TaggedField]) {}
}
