import KafkaProtocol

/// What this broker serves to clients, and in which versions: exactly what ApiVersions tells them.
enum ServedAPIs {
    struct API {
        let key: APIKey
        let versions: ClosedRange<Int16>
    }

    /// Sorted by key. Fetch begins at 4 and Produce at 3 in truth (record batches of version 2 only); Produce is shown
    /// from 0 all the same, since librdkafka stops compressing where 0 is missing.
    static let all: [API] = [
        API(key: .produce, versions: 0...11),
        API(key: .fetch, versions: 4...17),
        API(key: .listOffsets, versions: 1...9),
        API(key: .metadata, versions: 0...12),
        API(key: .offsetCommit, versions: 0...9),
        API(key: .offsetFetch, versions: 0...9),
        API(key: .findCoordinator, versions: 0...6),
        API(key: .joinGroup, versions: 0...9),
        API(key: .heartbeat, versions: 0...4),
        API(key: .leaveGroup, versions: 0...5),
        API(key: .syncGroup, versions: 0...5),
        API(key: .describeGroups, versions: 0...5),
        API(key: .listGroups, versions: 0...5),
        API(key: .apiVersions, versions: 0...4),
        API(key: .createTopics, versions: 0...7),
        API(key: .deleteTopics, versions: 0...6),
        API(key: .deleteRecords, versions: 0...2),
        API(key: .initProducerId, versions: 0...5),
        API(key: .offsetForLeaderEpoch, versions: 2...4),
        API(key: .describeConfigs, versions: 0...4),
        API(key: .alterConfigs, versions: 0...2),
        API(key: .describeLogDirs, versions: 0...4),
        API(key: .createPartitions, versions: 0...3),
        API(key: .deleteGroups, versions: 0...2),
        API(key: .electLeaders, versions: 0...2),
        API(key: .incrementalAlterConfigs, versions: 0...1),
        API(key: .alterPartitionReassignments, versions: 0...0),
        API(key: .listPartitionReassignments, versions: 0...0),
        API(key: .offsetDelete, versions: 0...0),
        API(key: .describeQuorum, versions: 0...2),
        API(key: .describeCluster, versions: 0...1),
        API(key: .describeProducers, versions: 0...0),
        API(key: .unregisterBroker, versions: 0...0),
    ]

    static func versions(of key: APIKey) -> ClosedRange<Int16>? { all.first { $0.key == key }?.versions }

    /// What a group's coordinator answers.
    static let groupAPIs: Set<APIKey> = [
        .offsetCommit, .offsetFetch, .joinGroup, .heartbeat, .leaveGroup, .syncGroup, .describeGroups, .listGroups,
        .deleteGroups, .offsetDelete,
    ]

    /// What only the controller may do: passed on to it as it came.
    static let forwarded = Set(ControllerRequests.ofClients.map { $0.apiKey })
}
