import KafkaBroker
import NIOCore
import NIOPosix

/// Accepts clients' connections for one life of one broker, on the broker's own loop.
enum Listener {
    /// Answers wait in memory up to the high mark before reading from that client stops.
    private static let marks = ChannelOptions.Types.WriteBufferWaterMark(low: 1 << 19, high: 1 << 21)

    static func open(
        on address: SocketAddress, loop: any EventLoop, limits: ConnectionLimits, sink: any ConnectionSink,
        numbers: ConnectionNumbers
    ) -> EventLoopFuture<any Channel> {
        let sink = NIOLoopBound(sink, eventLoop: loop)
        let numbers = NIOLoopBound(numbers, eventLoop: loop)
        return ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: marks)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ConnectionHandler(id: numbers.value.next(), limits: limits, sink: sink.value)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(to: address)
    }
}

/// Numbers one broker's connections through all its lives, so that none is ever taken for an older one.
final class ConnectionNumbers {
    private var last: UInt64 = 0

    func next() -> ConnectionID {
        last += 1
        return ConnectionID(rawValue: last)
    }
}
