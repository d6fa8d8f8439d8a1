import CRdkafka
import Logging

/// What librdkafka's callbacks find behind their opaque pointer: where logs, errors, delivery reports and rebalances
/// go. It must not refer to its client, or neither would ever be freed.
final class CallbackContext: Sendable {
    let logger: Logger
    let onError: (@Sendable (ClientError) -> Void)?
    let onDelivery: (@Sendable (DeliveryReport) -> Void)?
    let rebalances: RebalanceObserver?
    let tokens = TokenGate()

    init(
        logger: Logger, onError: (@Sendable (ClientError) -> Void)? = nil,
        onDelivery: (@Sendable (DeliveryReport) -> Void)? = nil, rebalances: RebalanceObserver? = nil
    ) {
        self.logger = logger
        self.onError = onError
        self.onDelivery = onDelivery
        self.rebalances = rebalances
    }

    static func from(_ opaque: UnsafeMutableRawPointer?) -> CallbackContext? {
        opaque.map { Unmanaged<CallbackContext>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Sets the callbacks that this context has a use for.
    func install(in conf: OpaquePointer) {
        rd_kafka_conf_set_log_cb(conf, logCallback)
        if onError != nil { rd_kafka_conf_set_error_cb(conf, errorCallback) }
        if onDelivery != nil { rd_kafka_conf_set_dr_msg_cb(conf, deliveryCallback) }
        if rebalances != nil { rd_kafka_conf_set_rebalance_cb(conf, rebalanceCallback) }
    }
}

/// Runs on librdkafka's own threads.
private func logCallback(
    client: OpaquePointer?, level: Int32, facility: UnsafePointer<CChar>?, text: UnsafePointer<CChar>?
) {
    guard let client, let context = CallbackContext.from(rd_kafka_opaque(client)), let text else { return }
    // librdkafka counts as syslog does, from 0 for an emergency to 7 for debugging.
    let severity: Logger.Level =
        switch level {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    context.logger.log(
        level: severity, "\(String(cString: text))",
        metadata: [
            "client": "\(rd_kafka_name(client).map { String(cString: $0) } ?? "")",
            "facility": "\(facility.map { String(cString: $0) } ?? "")",
        ])
}

/// Runs on librdkafka's thread for it.
func tokenCallback(client: OpaquePointer?, properties: UnsafePointer<CChar>?, opaque: UnsafeMutableRawPointer?) {
    CallbackContext.from(opaque)?.tokens.refresh()
}

/// Runs inside poll, as the delivery and rebalance callbacks do.
private func errorCallback(
    client: OpaquePointer?, code: Int32, reason: UnsafePointer<CChar>?, opaque: UnsafeMutableRawPointer?
) {
    let error = ClientError(code: .init(rawValue: code), reason: reason.map { String(cString: $0) })
    CallbackContext.from(opaque)?.onError?(error)
}

private func deliveryCallback(
    client: OpaquePointer?, message: UnsafePointer<rd_kafka_message_t>?, opaque: UnsafeMutableRawPointer?
) {
    guard let message else { return }
    CallbackContext.from(opaque)?.onDelivery?(DeliveryReport(message))
}
