import CRdkafka
import Logging

/// The little administration that klamm's own clients need: topics made, deleted and looked at.
package final class AdminClient: Sendable {
    private let handle: ClientHandle
    private let worker = BlockingWorker(name: "klamm-admin")

    package init(_ configuration: ClientConfiguration, logger: Logger) throws(ClientError) {
        self.handle = try ClientHandle(RD_KAFKA_PRODUCER, configuration, CallbackContext(logger: logger))
    }

    /// `settings` are the topic's own, under Kafka's names. Returns when the controller has made the topic.
    package func createTopic(
        _ name: String, partitions: Int32, replicationFactor: Int16, settings: KeyValuePairs<String, String> = [:],
        milliseconds: Int = 10_000
    ) async throws {
        let settings = settings.map { (name: $0.key, value: $0.value) }
        try await worker.run { [handle] in
            try Self.createTopic(
                handle, name, partitions: partitions, replicationFactor: replicationFactor, settings: settings,
                milliseconds: milliseconds)
        }
    }

    package func deleteTopic(_ name: String, milliseconds: Int = 10_000) async throws {
        try await worker.run { [handle] in
            var topic = rd_kafka_DeleteTopic_new(name)
            defer { rd_kafka_DeleteTopic_destroy(topic) }
            try Self.waitForTopicResults(
                handle, operation: RD_KAFKA_ADMIN_OP_DELETETOPICS, milliseconds: milliseconds
            ) { options, queue in
                rd_kafka_DeleteTopics(handle.pointer, &topic, 1, options, queue)
            } results: { event, count in
                rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), count)
            }
        }
    }

    /// The cluster's brokers and all its topics, or only one topic.
    package func describe(topic: String? = nil, milliseconds: Int = 5000) async throws -> ClusterMetadata {
        try await worker.run { [handle] in
            try ClusterMetadata(from: handle, topic: topic, milliseconds: milliseconds)
        }
    }

    private static func createTopic(
        _ handle: ClientHandle, _ name: String, partitions: Int32, replicationFactor: Int16,
        settings: [(name: String, value: String)], milliseconds: Int
    ) throws(ClientError) {
        var topic: OpaquePointer?
        try withErrorText { text, size in
            topic = rd_kafka_NewTopic_new(name, partitions, Int32(replicationFactor), text, size)
            return topic != nil
        }
        defer { rd_kafka_NewTopic_destroy(topic) }
        for setting in settings {
            try ClientError.check(rd_kafka_NewTopic_set_config(topic, setting.name, setting.value))
        }
        try waitForTopicResults(
            handle, operation: RD_KAFKA_ADMIN_OP_CREATETOPICS, milliseconds: milliseconds
        ) { options, queue in
            rd_kafka_CreateTopics(handle.pointer, &topic, 1, options, queue)
        } results: { event, count in
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), count)
        }
    }

    /// Sends a request whose answer has a result per topic, and throws the first that is an error.
    private static func waitForTopicResults(
        _ handle: ClientHandle, operation: rd_kafka_admin_op_t, milliseconds: Int,
        send: (_ options: OpaquePointer?, _ queue: OpaquePointer) -> Void,
        results: (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafeMutablePointer<OpaquePointer?>?
    ) throws(ClientError) {
        let queue = ClientQueue(of: handle)
        let options = rd_kafka_AdminOptions_new(handle.pointer, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        let milliseconds = Int32(clamping: milliseconds)
        // The controller waits, within the request, until every broker knows the topic.
        try withErrorText { text, size in
            rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, text, size) == RD_KAFKA_RESP_ERR_NO_ERROR
        }
        try withErrorText { text, size in
            rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds, text, size)
                == RD_KAFKA_RESP_ERR_NO_ERROR
        }
        send(options, queue.pointer)
        // librdkafka answers by its own request timeout at the latest.
        guard let event = rd_kafka_queue_poll(queue.pointer, -1) else { throw ClientError(code: .timedOut) }
        defer { rd_kafka_event_destroy(event) }
        if let error = ClientError(rd_kafka_event_error(event)) {
            let reason = rd_kafka_event_error_string(event).map { String(cString: $0) }
            throw ClientError(code: error.code, reason: reason)
        }
        var count = 0
        let topics = UnsafeBufferPointer(start: results(event, &count), count: count)
        for topic in topics {
            if let error = ClientError(rd_kafka_topic_result_error(topic)) {
                let reason = rd_kafka_topic_result_error_string(topic).map { String(cString: $0) }
                throw ClientError(code: error.code, reason: reason)
            }
        }
    }
}
