import KafkaProtocol
import NIOCore

/// A node's place, reached from any thread.
struct NodeHandle: Sendable {
    let id: BrokerID
    let loop: any EventLoop
    let host: NIOLoopBound<NodeHost>
    let links: NIOLoopBound<PeerLinks>

    init(_ host: NodeHost, loop: any EventLoop) {
        id = host.blueprint.id
        self.loop = loop
        self.host = NIOLoopBound(host, eventLoop: loop)
        links = NIOLoopBound(host.links, eventLoop: loop)
    }

    func on<Value: Sendable>(_ body: @escaping @Sendable (NodeHost) throws -> Value) -> EventLoopFuture<Value> {
        loop.submit { try body(host.value) }
    }

    func flatOn(_ body: @escaping @Sendable (NodeHost) throws -> EventLoopFuture<Void>) -> EventLoopFuture<Void> {
        loop.flatSubmit {
            do { return try body(host.value) } catch { return loop.makeFailedFuture(error) }
        }
    }
}
