import CRdkafka
import Synchronization

/// One `rd_kafka_t`, alive as long as someone holds this.
///
/// librdkafka's functions may be called from any thread, so the handle is Sendable; tying its end to the last reference
/// is what makes a call on a destroyed client impossible. The end can block for a moment: let it happen on a thread
/// that may.
final class ClientHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let context: Unmanaged<CallbackContext>
    private let destroyFlags = Atomic<Int32>(0)

    init(
        _ kind: rd_kafka_type_t, _ configuration: ClientConfiguration, _ context: CallbackContext
    ) throws(ClientError) {
        let conf = try configuration.makeConf()
        context.install(in: conf)
        if configuration.tokens != nil {
            // Not every client of ours is polled.
            rd_kafka_conf_enable_sasl_queue(conf, 1)
            rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, tokenCallback)
        }
        let retained = Unmanaged.passRetained(context)
        rd_kafka_conf_set_opaque(conf, retained.toOpaque())
        var client: OpaquePointer?
        do throws(ClientError) {
            try withErrorText { text, size in
                client = rd_kafka_new(kind, conf, text, size)
                return client != nil
            }
        } catch {
            // librdkafka takes the configuration over only when it succeeds.
            rd_kafka_conf_destroy(conf)
            retained.release()
            throw error
        }
        guard let client else { preconditionFailure("rd_kafka_new succeeds only with a client") }
        self.pointer = client
        self.context = retained
        if let tokens = configuration.tokens {
            context.tokens.open(client, tokens)
            if let error = ClientError(consuming: rd_kafka_sasl_background_callbacks_enable(client)) { throw error }
        }
    }

    deinit {
        context.takeUnretainedValue().tokens.close()
        rd_kafka_destroy_flags(pointer, destroyFlags.load(ordering: .relaxed))
        context.release()
    }

    /// From now on the end of this handle is that of a process that dies: nothing is committed, nobody is told.
    func endAbruptly() {
        destroyFlags.store(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE, ordering: .relaxed)
    }

    /// How librdkafka calls this client in its logs.
    var name: String { rd_kafka_name(pointer).map { String(cString: $0) } ?? "" }
}
