import KafkaBroker
import KafkaProtocol

/// What a coordinator has told of one group and its members, by the protocol that the group has.
enum GroupDescription: Equatable, Sendable {
    /// One member assigns for all; DescribeGroups tells of it.
    case classic(DescribeGroupsResponse.DescribedGroup)
    /// The coordinator assigns, and members come round to it one by one (KIP-848); ConsumerGroupDescribe tells of it.
    case consumer(ConsumerGroupDescribeResponse.DescribedGroup)

    var id: String {
        switch self {
        case .classic(let group): group.groupId
        case .consumer(let group): group.groupId
        }
    }

    var errorCode: ErrorCode {
        switch self {
        case .classic(let group): group.errorCode
        case .consumer(let group): group.errorCode
        }
    }

    var state: String {
        switch self {
        case .classic(let group): group.groupState
        case .consumer(let group): group.groupState
        }
    }

    /// Of a classic group the protocol does not tell it.
    var generation: Int32? {
        switch self {
        case .classic: nil
        case .consumer(let group): group.groupEpoch
        }
    }

    var assignor: String? {
        let name =
            switch self {
            case .classic(let group): group.protocolData
            case .consumer(let group): group.assignorName
            }
        return name.isEmpty ? nil : name
    }

    var members: [GroupSnapshot.Member] {
        switch self {
        case .classic(let group):
            // Other kinds of groups, such as Kafka Connect's, write something else as the assignment.
            group.members.map { GroupSnapshot.Member($0, isConsumer: group.protocolType == "consumer") }
        case .consumer(let group): group.members.map { GroupSnapshot.Member($0) }
        }
    }

    /// A group may go over to the other protocol while it runs.
    func isOfProtocol(of listed: ListGroupsResponse.ListedGroup) -> Bool {
        switch self {
        case .classic: listed.isClassic
        case .consumer: listed.isConsumer
        }
    }
}

extension ListGroupsResponse.ListedGroup {
    /// Whether DescribeGroups tells its members. Brokers before 3.7 know no other kind.
    var isClassic: Bool { groupType.isEmpty || groupType.lowercased() == "classic" }
    /// Whether ConsumerGroupDescribe does.
    var isConsumer: Bool { groupType.lowercased() == "consumer" }
    /// Whether partitions go from member to member, which takes many steps in this one state.
    var isReconciling: Bool { isConsumer && groupState == "Reconciling" }
}

extension GroupSnapshot.Member {
    fileprivate init(_ member: DescribeGroupsResponse.DescribedGroupMember, isConsumer: Bool) {
        let assignment =
            isConsumer && member.memberAssignment.readableBytes > 0
            ? try? ConsumerProtocolAssignment(decodingVersioned: member.memberAssignment) : nil
        self.init(
            id: member.memberId, instanceID: member.groupInstanceId, clientID: member.clientId,
            clientHost: Self.host(member.clientHost),
            assignment: assignment?.assignedPartitions.flatMap { topic in
                topic.partitions.map { TopicPartition(topic: topic.topic, partition: $0) }
            } ?? [])
    }

    fileprivate init(_ member: ConsumerGroupDescribeResponse.Member) {
        self.init(
            id: member.memberId, instanceID: member.instanceId, clientID: member.clientId,
            clientHost: Self.host(member.clientHost), assignment: member.assignment.partitions)
        epoch = member.memberEpoch
        target = member.targetAssignment.partitions
    }

    /// Java writes a slash before an address without a name.
    private static func host(_ told: String) -> String { told.hasPrefix("/") ? String(told.dropFirst()) : told }
}

extension ConsumerGroupDescribeResponse.Assignment {
    fileprivate var partitions: [TopicPartition] {
        topicPartitions.flatMap { topic in
            topic.partitions.map { TopicPartition(topic: topic.topicName, partition: $0) }
        }
    }
}
