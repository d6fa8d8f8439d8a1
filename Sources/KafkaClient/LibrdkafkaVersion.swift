import CRdkafka

/// The librdkafka that this process has loaded, as it names itself ("2.0.2").
package var librdkafkaVersion: String { String(cString: rd_kafka_version_str()) }
