import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// The control server's socket, on a loop and thread of its own: what its clients do never holds up a broker.
package final class ControlListener: Sendable {
    /// Beyond them one that comes is closed at once, so that brokers keep their descriptors.
    static let mostConnections = 200
    private static let limits = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8_192
        limits.maxHeaderListSize = 16_384
        limits.maxHeaderFieldCount = 100
        return limits
    }()

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let service: ControlService
    /// With the port that it got.
    package let address: ControlAddress

    package static func open(
        _ address: ControlAddress, _ service: ControlService, logger: Logger,
        patience: ControlPatience = ControlPatience()
    ) async throws -> ControlListener {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let channel = try await bind(address, service, group.next(), logger, patience)
            return ControlListener(group, channel, service, address)
        } catch {
            try? await group.shutdownGracefully()
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw ControlError.cannotListen("\(address.host):\(address.port)", reason: reason)
        }
    }

    private init(
        _ group: MultiThreadedEventLoopGroup, _ channel: any Channel, _ service: ControlService, _ asked: ControlAddress
    ) {
        self.service = service
        self.group = group
        self.channel = channel
        var address = asked
        address.port = channel.localAddress?.port ?? asked.port
        self.address = address
    }

    private static func bind(
        _ address: ControlAddress, _ service: ControlService, _ loop: any EventLoop, _ logger: Logger,
        _ patience: ControlPatience
    ) async throws -> any Channel {
        let connections = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: loop)
        return try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                connections.value += 1
                channel.closeFuture.whenComplete { _ in connections.value -= 1 }
                return channel.eventLoop.makeCompletedFuture {
                    guard connections.value <= mostConnections else {
                        throw ControlError.cannotListen("another connection", reason: "there are too many")
                    }
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(
                        withErrorHandling: false, withEncoderConfiguration: .init(),
                        withDecoderLimitConfiguration: limits)
                    try pipeline.addHandler(ControlHandler(service, patience: patience, logger: logger))
                }
            }
            .bind(to: SocketAddress(ipAddress: address.host, port: address.port)).get()
    }

    /// Ends every connection, and what was begun for one.
    package func close() async {
        await service.close()
        try? await channel.close().get()
        try? await group.shutdownGracefully()
    }
}

/// How long the server waits for its clients.
package struct ControlPatience: Hashable, Sendable {
    /// For a whole request, and between two of one connection.
    package var request: TimeAmount = .seconds(60)
    /// For a client that does not read.
    package var write: TimeAmount = .seconds(30)
    /// For a client to read why its request was refused before it was whole.
    package var farewell: TimeAmount = .seconds(2)
    /// So often a stream tells that it is alive.
    package var heartbeat: TimeAmount = .seconds(15)

    package init() {}
}
