import KafkaProtocol
import KafkaServer
import NIOCore
import NIOPosix
import NIOSSL

@testable import KafkaClient

/// A secured listener in front of each broker of an embedded cluster. klamm itself speaks no TLS and asks for no login; Kafka
/// does. Clients are told to come back to the front: its ports stand in every answer instead of the brokers'.
struct SecuredFront {
    let bootstrapServers: String
    private let group: MultiThreadedEventLoopGroup
    private let listeners: [any Channel]

    /// `name` is what clients are told to connect to, as long as the brokers' 127.0.0.1, whose place it takes in frames.
    static func open(
        before cluster: EmbeddedCluster, tls: TLSConfiguration?, name: String = "127.0.0.1",
        door: (@Sendable () -> any FrontDoor)? = nil
    ) async throws -> SecuredFront {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let ports = Ports(name: name)
        var listeners: [any Channel] = []
        for server in cluster.bootstrapServers.split(separator: ",") {
            let port = Int(server.split(separator: ":")[1]) ?? 0
            let listener = try await ServerBootstrap(group: group)
                .childChannelInitializer { client in
                    connect(client, toBrokerAt: port, ports, context, door?())
                }
                .bind(host: "127.0.0.1", port: 0).get()
            listeners.append(listener)
            try await group.next().submit { ports.front[Int32(port)] = Int32(listener.localAddress?.port ?? 0) }.get()
        }
        let servers = listeners.map { "\(name):\($0.localAddress?.port ?? 0)" }
        return SecuredFront(
            bootstrapServers: servers.joined(separator: ","), group: group, listeners: listeners)
    }

    func close() async { try? await group.shutdownGracefully() }

    /// Nothing is read from the client before its broker is there.
    private static func connect(
        _ client: any Channel, toBrokerAt port: Int, _ ports: Ports, _ context: NIOSSLContext?, _ door: (any FrontDoor)?
    ) -> EventLoopFuture<Void> {
        ClientBootstrap(group: client.eventLoop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port)
            .flatMapThrowing { broker in
                let guest = Guest(door)
                try broker.pipeline.syncOperations.addHandlers(
                    ByteToMessageHandler(ResponseFrames()),
                    Passage(to: client) { .pass(ports.renamed(guest.answered($0))) })
                let pipeline = client.pipeline.syncOperations
                if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                try pipeline.addHandlers(
                    ByteToMessageHandler(ResponseFrames()), Passage(to: broker) { guest.heard($0) })
            }
    }

    /// A visitor's way through the door; without one everybody may come in. On the front's loop alone.
    private final class Guest {
        private var door: (any FrontDoor)?

        init(_ door: (any FrontDoor)?) { self.door = door }

        func heard(_ frame: ByteBuffer) -> FrontVerdict { door?.heard(frame) ?? .pass(frame) }
        func answered(_ frame: ByteBuffer) -> ByteBuffer { door?.answered(frame) ?? frame }
    }

    /// On the front's loop alone.
    private final class Ports: @unchecked Sendable {
        private let name: String
        var front: [Int32: Int32] = [:]

        init(name: String) { self.name = name }

        /// A port follows its host in every message that holds one.
        func renamed(_ frame: ByteBuffer) -> ByteBuffer {
            let host = Array("127.0.0.1".utf8)
            var bytes = Array(frame.readableBytesView)
            var rest = bytes.indices
            while let found = bytes[rest].firstRange(of: host) {
                let port = bytes[found.upperBound...].prefix(4).reduce(Int32(0)) { $0 << 8 | Int32($1) }
                if let there = front[port] {
                    bytes.replaceSubrange(found, with: Array(name.utf8))
                    for index in 0..<4 {
                        bytes[found.upperBound + index] = UInt8(truncatingIfNeeded: there >> (24 - 8 * index))
                    }
                }
                rest = found.upperBound..<bytes.endIndex
            }
            return ByteBuffer(bytes: bytes)
        }
    }

    /// Frames from one side to the other.
    private final class Passage: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let other: any Channel
        private let judge: (ByteBuffer) -> FrontVerdict

        init(to other: any Channel, _ judge: @escaping (ByteBuffer) -> FrontVerdict) {
            self.other = other
            self.judge = judge
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch judge(unwrapInboundIn(data)) {
            case .pass(let frame): other.writeAndFlush(Self.sized(frame), promise: nil)
            case .answer(let frame): context.writeAndFlush(wrapOutboundOut(Self.sized(frame)), promise: nil)
            case .close: context.close(promise: nil)
            }
        }

        private static func sized(_ frame: ByteBuffer) -> ByteBuffer {
            var whole = ByteBuffer()
            whole.writeInteger(Int32(frame.readableBytes))
            whole.writeImmutableBuffer(frame)
            return whole
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
