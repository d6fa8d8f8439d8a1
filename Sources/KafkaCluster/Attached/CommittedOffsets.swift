import KafkaProtocol

/// OffsetFetch for several groups: in one request from version 8 on, before in one for each.
package enum CommittedOffsets {
    /// The group stands beside a request that is about it alone.
    package static func requests(
        for groups: [String], version: Int16
    ) -> [(group: String?, request: OffsetFetchRequest)] {
        guard version < 8 else {
            var request = OffsetFetchRequest()
            // Null topics mean all.
            request.groups = groups.map { id in
                var group = OffsetFetchRequest.OffsetFetchRequestGroup()
                group.groupId = id
                group.topics = nil
                return group
            }
            return [(nil, request)]
        }
        return groups.map { id in
            var request = OffsetFetchRequest()
            request.groupId = id
            request.topics = nil
            return (id, request)
        }
    }

    /// An answer in the form of the newer versions.
    package static func groups(
        _ response: OffsetFetchResponse, of group: String?
    ) -> [OffsetFetchResponse.OffsetFetchResponseGroup] {
        guard let group else { return response.groups }
        var result = OffsetFetchResponse.OffsetFetchResponseGroup()
        result.groupId = group
        result.errorCode = response.errorCode
        result.topics = response.topics.map { old in
            var topic = OffsetFetchResponse.OffsetFetchResponseTopics()
            topic.name = old.name
            topic.partitions = old.partitions.map { old in
                var partition = OffsetFetchResponse.OffsetFetchResponsePartitions()
                partition.partitionIndex = old.partitionIndex
                partition.committedOffset = old.committedOffset
                partition.errorCode = old.errorCode
                return partition
            }
            return topic
        }
        return [result]
    }
}
