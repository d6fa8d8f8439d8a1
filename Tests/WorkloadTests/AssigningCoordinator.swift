import KafkaProtocol
import NIOCore

/// A coordinator that assigns (KIP-848), which klamm's brokers are not: it lists one group, and describes it.
struct AssigningCoordinator: FrontDoor {
    var group: ConsumerGroupDescribeResponse.DescribedGroup
    /// The newest version of ConsumerGroupDescribe that it knows.
    var newest: Int16
    private var versionsAsked: VersionsAsked?
    /// What takes the place of the broker's answers.
    private var answers: [Int32: ByteBuffer] = [:]

    init(_ group: ConsumerGroupDescribeResponse.DescribedGroup, newest: Int16) {
        self.group = group
        self.newest = newest
    }

    /// The broker is asked all the same, for something that it knows: answers keep their order.
    mutating func heard(_ frame: ByteBuffer) -> FrontVerdict {
        var rest = frame
        guard let header = try? RequestFrame.decodeHeader(from: &rest) else { return .close }
        let (version, id) = (header.requestApiVersion, header.correlationId)
        switch header.requestApiKey {
        case .apiVersions: versionsAsked = VersionsAsked(correlationId: id, version: version)
        case .listGroups: answers[id] = ByteBuffer(frameOf: list, version, id)
        case .consumerGroupDescribe:
            guard let request = try? ConsumerGroupDescribeRequest(decoding: rest, version: version),
                let substitute = try? RequestFrame.encode(
                    ListGroupsRequest(), version: 0, correlationId: id, clientId: "front")
            else { return .close }
            var response = ConsumerGroupDescribeResponse()
            if request.groupIds == [group.groupId] { response.groups = [group] }
            answers[id] = ByteBuffer(frameOf: response, version, id)
            return .pass(substitute)
        default: break
        }
        return .pass(frame)
    }

    private var list: ListGroupsResponse {
        var listed = ListGroupsResponse.ListedGroup()
        (listed.groupId, listed.protocolType) = (group.groupId, "consumer")
        (listed.groupState, listed.groupType) = (group.groupState, "consumer")
        var response = ListGroupsResponse()
        response.groups = [listed]
        return response
    }

    mutating func answered(_ frame: ByteBuffer) -> ByteBuffer {
        if let id: Int32 = frame.getInteger(at: frame.readerIndex), let own = answers.removeValue(forKey: id) {
            return own
        }
        guard let asked = versionsAsked, let more = frame.knowing([(.consumerGroupDescribe, newest)], asked) else {
            return frame
        }
        versionsAsked = nil
        return more
    }
}
