import Glibc
import KafkaCluster
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// What stands in a certificate that was not believed: BoringSSL says that it is wrong, and not how.
struct PresentedCertificate: Sendable {
    private let names: [String]
    private let notBefore: time_t
    private let notAfter: time_t

    /// Nil where it cannot be had.
    static func shown(
        at address: ClusterSurvey.Address, to tls: TLSSettings, on group: any EventLoopGroup, patience: Duration
    ) async -> PresentedCertificate? {
        let promise = group.next().makePromise(of: PresentedCertificate?.self)
        let limit = promise.futureResult.eventLoop.scheduleTask(in: .nanoseconds(patience.wholeNanoseconds)) {
            promise.succeed(nil)
        }
        let channel = try? await ClientBootstrap(group: promise.futureResult.eventLoop)
            .connectTimeout(.nanoseconds(patience.wholeNanoseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(tls.lookingHandler())
                    try channel.pipeline.syncOperations.addHandler(Looker(promise))
                }
            }
            .connect(host: address.host, port: address.port).get()
        if channel == nil { promise.succeed(nil) }
        let certificate = try? await promise.futureResult.get()
        limit.cancel()
        channel?.close(promise: nil)
        return certificate ?? nil
    }

    private init(_ certificate: NIOSSLCertificate) {
        notBefore = certificate.notValidBefore
        notAfter = certificate.notValidAfter
        names = certificate._subjectAlternativeNames().compactMap { name in
            switch name.nameType {
            case .dnsName: String(decoding: name.contents, as: UTF8.self)
            case .ipAddress where name.contents.count == 4: name.contents.map { "\($0)" }.joined(separator: ".")
            default: nil
            }
        }
    }

    /// Why it was not believed, as far as that stands in it; nil where it is in order.
    func words(_ kind: TLSFailure.Kind, now: time_t = time(nil)) -> String? {
        if now > notAfter { return "its certificate expired on \(Self.day(notAfter)): the broker needs a new one" }
        if now < notBefore {
            return "its certificate is not valid before \(Self.day(notBefore)): is this machine's clock right?"
        }
        guard kind == .otherName, !names.isEmpty else { return nil }
        return "its certificate was made for \(names.joined(separator: ", ")): give such a name in --bootstrap and the "
            + "broker's advertised.listeners, or check no names with ssl.endpoint.identification.algorithm=none"
    }

    private static func day(_ time: time_t) -> String {
        var (time, parts) = (time, tm())
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }

    private final class Looker: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let promise: EventLoopPromise<PresentedCertificate?>

        init(_ promise: EventLoopPromise<PresentedCertificate?>) { self.promise = promise }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case TLSUserEvent.handshakeCompleted = event {
                let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
                promise.succeed(certificate.map { PresentedCertificate($0) })
            }
            context.fireUserInboundEventTriggered(event)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            promise.succeed(nil)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { promise.succeed(nil) }
    }
}
