import KafkaProtocol
import NIOCore

/// One member as the group's leader sees it.
struct MemberSubscription: Hashable, Sendable {
    var memberId: String
    var topics: [String]
    var owned: [TopicPartition]
    /// The generation in which it came to own them; -1 if unknown.
    var generation: Int32
}

/// Kafka's assignors, as far as all members take part with the same topics or fewer.
enum Assignment {
    /// What each member is to read, in the order of the members.
    static func assign(
        _ assignor: GroupMemberSettings.Assignor, members: [MemberSubscription], partitions: [TopicPartition]
    ) -> [[TopicPartition]] {
        switch assignor {
        case .range: range(members, partitions)
        case .roundRobin: roundRobin(members, partitions)
        case .cooperativeSticky: cooperative(members, partitions)
        }
    }

    private static func order(_ members: [MemberSubscription]) -> [Int] {
        members.indices.sorted { members[$0].memberId < members[$1].memberId }
    }

    private static func range(_ members: [MemberSubscription], _ partitions: [TopicPartition]) -> [[TopicPartition]] {
        var result = [[TopicPartition]](repeating: [], count: members.count)
        var topics: [String] = []
        for partition in partitions where !topics.contains(partition.topic) { topics.append(partition.topic) }
        for topic in topics {
            let readers = order(members).filter { members[$0].topics.contains(topic) }
            guard !readers.isEmpty else { continue }
            let all = partitions.filter { $0.topic == topic }
            var next = 0
            for (place, member) in readers.enumerated() {
                let count = all.count / readers.count + (place < all.count % readers.count ? 1 : 0)
                result[member] += all[next..<next + count]
                next += count
            }
        }
        return result
    }

    private static func roundRobin(
        _ members: [MemberSubscription], _ partitions: [TopicPartition]
    ) -> [[TopicPartition]] {
        var result = [[TopicPartition]](repeating: [], count: members.count)
        let ordered = order(members)
        var next = 0
        for partition in partitions {
            for step in ordered.indices {
                let member = ordered[(next + step) % ordered.count]
                guard members[member].topics.contains(partition.topic) else { continue }
                result[member].append(partition)
                next = (next + step + 1) % ordered.count
                break
            }
        }
        return result
    }

    /// Keeps what members own up to an even share. What must move is given to nobody this time: its owner gives it up
    /// first, and joins again.
    private static func cooperative(
        _ members: [MemberSubscription], _ partitions: [TopicPartition]
    ) -> [[TopicPartition]] {
        var result = [[TopicPartition]](repeating: [], count: members.count)
        guard !members.isEmpty else { return result }
        let ordered = order(members)
        let most = (partitions.count + members.count - 1) / members.count
        var free: [TopicPartition] = []
        for partition in partitions {
            // Of two that claim it, the one with the newer generation does own it.
            let owner = ordered.filter { members[$0].owned.contains(partition) }
                .max { members[$0].generation < members[$1].generation }
            if let owner, result[owner].count < most, members[owner].topics.contains(partition.topic) {
                result[owner].append(partition)
            } else if owner == nil {
                free.append(partition)
            }
        }
        for partition in free {
            let readers = ordered.filter { members[$0].topics.contains(partition.topic) }
            if let least = readers.min(by: { result[$0].count < result[$1].count }) { result[least].append(partition) }
        }
        return result
    }
}
