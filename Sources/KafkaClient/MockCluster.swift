import CRdkafka
import Logging

/// librdkafka's own in-memory cluster: brokers that answer over TCP and keep nothing. Tests run against it, and
/// `klamm bench` measures against it. It keeps the last five megabytes of a partition.
package final class MockCluster: @unchecked Sendable {
    private let handle: ClientHandle
    private let cluster: OpaquePointer

    package init(brokers: Int, logger: Logger) throws(ClientError) {
        self.handle = try ClientHandle(RD_KAFKA_PRODUCER, ClientConfiguration(), CallbackContext(logger: logger))
        guard let cluster = rd_kafka_mock_cluster_new(handle.pointer, Int32(clamping: brokers)) else {
            throw ClientError(code: .init(rd_kafka_last_error()), reason: "librdkafka could not start its mock cluster")
        }
        self.cluster = cluster
    }

    deinit { rd_kafka_mock_cluster_destroy(cluster) }

    package var bootstrapServers: String {
        rd_kafka_mock_cluster_bootstraps(cluster).map { String(cString: $0) } ?? ""
    }

    package func createTopic(_ name: String, partitions: Int, replicationFactor: Int) throws(ClientError) {
        try ClientError.check(
            rd_kafka_mock_topic_create(cluster, name, Int32(clamping: partitions), Int32(clamping: replicationFactor)))
    }

    package func setLeader(_ topic: String, partition: Int32, broker: Int32) throws(ClientError) {
        try ClientError.check(rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker))
    }

    package func setDown(broker: Int32) throws(ClientError) {
        try ClientError.check(rd_kafka_mock_broker_set_down(cluster, broker))
    }

    package func setUp(broker: Int32) throws(ClientError) {
        try ClientError.check(rd_kafka_mock_broker_set_up(cluster, broker))
    }

    /// Every answer of this broker takes so long from now on.
    package func setRoundTrip(broker: Int32, milliseconds: Int) throws(ClientError) {
        try ClientError.check(rd_kafka_mock_broker_set_rtt(cluster, broker, Int32(clamping: milliseconds)))
    }

    /// The next requests of this kind are answered with these errors, one each.
    package func failNext(apiKey: Int16, with codes: [ClientError.Code]) {
        let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
        rd_kafka_mock_push_request_errors_array(cluster, apiKey, errors.count, errors)
    }
}
