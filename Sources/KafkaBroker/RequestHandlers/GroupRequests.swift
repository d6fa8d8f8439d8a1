import KafkaProtocol
import NIOCore

/// Sends each group request to the file that serves it.
extension GroupCoordinator {
    mutating func handle(
        _ context: RequestContext, _ clientHost: String, _ body: ByteBuffer, _ metadata: MetadataImage, _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) {
        do {
            switch context.apiKey {
            case .joinGroup:
                joinGroup(try decode(body, context), context, clientHost, now, &actions)
            case .syncGroup: syncGroup(try decode(body, context), context, now, &actions)
            case .heartbeat: heartbeat(try decode(body, context), context, now, &actions)
            case .leaveGroup: leaveGroup(try decode(body, context), context, now, &actions)
            case .offsetCommit: offsetCommit(try decode(body, context), context, metadata, now, &actions)
            case .offsetFetch: offsetFetch(try decode(body, context), context, &actions)
            case .describeGroups: describeGroups(try decode(body, context), context, &actions)
            case .listGroups: listGroups(try decode(body, context), context, &actions)
            case .offsetDelete: offsetDelete(try decode(body, context), context, metadata, now, &actions)
            case .deleteGroups: deleteGroups(try decode(body, context), context, now, &actions)
            default: preconditionFailure("only group requests are handed to the coordinator, not \(context.apiKey)")
            }
        } catch {
            actions.append(.malformed(context, reason: "\(error)"))
        }
    }

    private func decode<Request: KafkaRequest>(
        _ body: ByteBuffer, _ context: RequestContext
    ) throws(ProtocolError) -> Request {
        try Request(decoding: body, version: context.version)
    }
}
