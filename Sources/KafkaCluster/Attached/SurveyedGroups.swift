import KafkaBroker
import KafkaProtocol

/// The consumer groups of the picture, kept ready from round to round as its topics are.
struct SurveyedGroups: Sendable {
    /// Sorted by id.
    private(set) var groups: [ClusterSnapshot.Group] = []
    /// Those of which something else was told, and whether which groups there are, or who coordinates them.
    private var changed: Set<String> = []
    private var isListedAnew = false
    /// Whether two brokers list one group: which of them speaks for it hangs on who leads its partition.
    private var isContested = false

    mutating func noteChange(of group: String) { changed.insert(group) }
    mutating func noteOtherList() { isListedAnew = true }

    /// Brings them up to date with what the brokers have told, and with the ends of the topics that have changed.
    mutating func refresh(_ heard: [BrokerID: ClusterSurvey.Broker], _ topics: SurveyedTopics) {
        var fresh: Set<String> = []
        if isListedAnew || isContested && topics.changed.contains(GroupCoordinator.topic) {
            listAnew(heard, topics, &fresh)
        } else {
            for id in changed.sorted() {
                guard let place = place(of: id), let coordinator = groups[place].coordinator else { continue }
                guard let group = heard[coordinator]?.group(id, at: coordinator, topics) else { continue }
                groups[place] = group
                fresh.insert(id)
            }
        }
        changed.removeAll(keepingCapacity: true)
        isListedAnew = false
        guard !topics.changed.isEmpty else { return }
        for place in groups.indices where !fresh.contains(groups[place].id) {
            follow(topics, place)
        }
    }

    private mutating func listAnew(
        _ heard: [BrokerID: ClusterSurvey.Broker], _ topics: SurveyedTopics, _ fresh: inout Set<String>
    ) {
        var coordinators: [String: BrokerID] = [:]
        isContested = false
        for broker in heard.keys.sorted() {
            for id in heard[broker]?.groups.keys.sorted() ?? [] {
                if coordinators[id] != nil { isContested = true }
                if coordinators[id] == nil || leads(broker, id, topics) { coordinators[id] = broker }
            }
        }
        let before = self
        groups = coordinators.sorted { $0.key < $1.key }.compactMap { id, coordinator in
            if !changed.contains(id), let place = before.place(of: id),
                before.groups[place].coordinator == coordinator
            {
                return before.groups[place]
            }
            fresh.insert(id)
            return heard[coordinator]?.group(id, at: coordinator, topics)
        }
    }

    /// A coordinator that is cut off goes on listing what another has by now: of two the one counts that is elected.
    private func leads(_ broker: BrokerID, _ group: String, _ topics: SurveyedTopics) -> Bool {
        guard let offsets = topics.topic(GroupCoordinator.topic), let count = Int32(exactly: offsets.partitions.count),
            count > 0
        else { return true }
        return offsets.partition(GroupPartition.partition(forGroup: group, count: count))?.leader == broker
    }

    /// The ends of what the group reads, where they have changed.
    private mutating func follow(_ topics: SurveyedTopics, _ place: Int) {
        for rows in groups[place].partitions.topicRanges {
            let name = groups[place].partitions[rows.lowerBound].partition.topic
            guard topics.changed.contains(name) else { continue }
            let topic = topics.topic(name)
            for index in rows {
                var row = groups[place].partitions[index]
                row.takeEnds(of: topic)
                // A write parts the storage from the picture before.
                if row != groups[place].partitions[index] { groups[place].partitions[index] = row }
            }
        }
    }

    private func place(of id: String) -> Int? {
        let place = groups.lowerBound { $0.id < id }
        return place < groups.count && groups[place].id == id ? place : nil
    }
}

extension ClusterSurvey.Broker {
    /// Nil where this broker does not list it.
    fileprivate func group(
        _ id: String, at coordinator: BrokerID, _ topics: SurveyedTopics
    ) -> ClusterSnapshot.Group? {
        guard let listed = groups[id] else { return nil }
        let described = described[id].flatMap { $0.isOfProtocol(of: listed) ? $0 : nil }
        // The list is newer; before version 4 it tells no state.
        let state = listed.groupState.isEmpty ? described?.state ?? Figures.unknown : listed.groupState
        let members = described?.members
        var group = ClusterSnapshot.Group(id: id, state: state, members: members)
        group.generation = described?.generation
        group.protocolType = listed.protocolType
        group.protocolName = described?.assignor
        group.coordinator = coordinator
        group.partitions = rows(committed[id], of: members ?? [], topics)
        return group
    }

    private func rows(
        _ committed: OffsetFetchResponse.OffsetFetchResponseGroup?, of members: [GroupSnapshot.Member],
        _ topics: SurveyedTopics
    ) -> [ClusterSnapshot.GroupPartition] {
        var rows: [TopicPartition: ClusterSnapshot.GroupPartition] = [:]
        for topic in committed?.topics ?? [] {
            for told in topic.partitions where told.errorCode == .none && told.committedOffset >= 0 {
                let id = TopicPartition(topic: topic.name, partition: told.partitionIndex)
                rows[id, default: .init(partition: id)].committed = told.committedOffset
            }
        }
        for member in members {
            for id in member.assignment { rows[id, default: .init(partition: id)].member = member.id }
        }
        return rows.values.sorted { $0.partition < $1.partition }.map { row in
            var row = row
            row.takeEnds(of: topics.topic(row.partition.topic))
            return row
        }
    }
}

extension ClusterSnapshot.GroupPartition {
    mutating func takeEnds(of topic: ClusterSnapshot.Topic?) {
        let read = topic?.partition(partition.partition)
        (highWatermark, logEndOffset) = (read?.highWatermark, read?.logEndOffset)
    }
}
