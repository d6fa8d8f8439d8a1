import KafkaProtocol

/// Which versions of the protocol a client speaks. Clients differ, and brokers must serve them all.
package enum ClientDialect: CaseIterable, Hashable, Sendable {
    /// As the Java client 3.9.
    case java
    /// As librdkafka 2.x.
    case librdkafka
    /// A client of some years ago: no leader epochs in fetches, no sessions, one group per request.
    case old

    package func version(of key: APIKey) -> Int16 {
        let versions: (java: Int16, librdkafka: Int16, old: Int16) =
            switch key {
            case .produce: (11, 10, 3)
            case .fetch: (17, 16, 5)
            case .listOffsets: (9, 7, 2)
            case .metadata: (12, 12, 5)
            case .offsetCommit: (9, 9, 2)
            case .offsetFetch: (9, 7, 1)
            case .findCoordinator: (6, 2, 0)
            case .joinGroup: (9, 5, 2)
            case .heartbeat: (4, 3, 0)
            case .leaveGroup: (5, 1, 0)
            case .syncGroup: (5, 3, 0)
            case .apiVersions: (4, 3, 0)
            case .createTopics: (7, 4, 2)
            case .deleteTopics: (6, 4, 1)
            case .deleteRecords: (2, 1, 0)
            case .initProducerId: (5, 4, 1)
            case .offsetForLeaderEpoch: (4, 2, 2)
            case .createPartitions: (3, 2, 0)
            case .electLeaders: (2, 2, 1)
            case .incrementalAlterConfigs: (1, 1, 0)
            default: (0, 0, 0)
            }
        return switch self {
        case .java: versions.java
        case .librdkafka: versions.librdkafka
        case .old: versions.old
        }
    }
}
