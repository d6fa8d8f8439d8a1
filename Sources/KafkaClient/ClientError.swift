import CRdkafka

/// An error of librdkafka, with its own name and its own words. A broker's error keeps Kafka's name; an error that
/// arose in the client begins with an underscore (`_MSG_TIMED_OUT`), as librdkafka writes it.
package struct ClientError: Error, Hashable, Sendable, CustomStringConvertible {
    package var code: Code
    /// What librdkafka said about this occurrence, or about the code in general.
    package var reason: String

    package init(code: Code, reason: String? = nil) {
        self.code = code
        self.reason = reason ?? code.reason
    }

    /// What went wrong in the application, in its own words.
    package init(application error: any Error) { self.init(code: .application, reason: "\(error)") }

    package var name: String { code.name }
    package var description: String { "\(reason) (\(name))" }

    /// librdkafka's number for an error: Kafka's own from -1 up, the client's below.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package var rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }
        init(_ code: rd_kafka_resp_err_t) { self.rawValue = code.rawValue }

        package static let none = Self(RD_KAFKA_RESP_ERR_NO_ERROR)
        package static let invalidArgument = Self(RD_KAFKA_RESP_ERR__INVALID_ARG)
        /// What went wrong in the application, not in Kafka.
        package static let application = Self(RD_KAFKA_RESP_ERR__APPLICATION)
        package static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
        package static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
        package static let messageTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
        package static let purgedFromQueue = Self(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
        package static let purgedInFlight = Self(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        package static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        package static let partitionEnd = Self(RD_KAFKA_RESP_ERR__PARTITION_EOF)
        package static let noOffset = Self(RD_KAFKA_RESP_ERR__NO_OFFSET)
        package static let topicAlreadyExists = Self(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        package static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)

        package var name: String {
            rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: rawValue)).map { String(cString: $0) } ?? "ERR_\(rawValue)"
        }

        package var reason: String {
            rd_kafka_err2str(rd_kafka_resp_err_t(rawValue: rawValue)).map { String(cString: $0) } ?? name
        }
    }
}

extension ClientError {
    /// Nil when the code says that all is well.
    init?(_ code: rd_kafka_resp_err_t) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        self.init(code: Code(code))
    }

    /// Takes an error object over and frees it; nil when there is none.
    init?(consuming error: OpaquePointer?) {
        guard let error else { return nil }
        let reason = rd_kafka_error_string(error).map { String(cString: $0) }
        self.init(code: Code(rd_kafka_error_code(error)), reason: reason)
        rd_kafka_error_destroy(error)
    }

    static func check(_ code: rd_kafka_resp_err_t) throws(ClientError) {
        if let error = ClientError(code) { throw error }
    }
}
