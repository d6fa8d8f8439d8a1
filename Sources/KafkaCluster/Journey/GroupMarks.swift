import KafkaProtocol

/// When klamm's own groups were handed records, were through with them, and committed past them.
///
/// Bounded as `ReplicaMarks` is: 56 bytes a mark, 65,536 marks over all groups and partitions, and 64 for each of their
/// three lists beyond them.
package struct GroupMarks {
    private struct Place: Hashable {
        var group: String
        var partition: TopicPartition
    }

    private struct Reading {
        var polled = MarkList()
        var worked = MarkList()
        var committed = MarkList()
        /// As far as the group has committed.
        var position: Int64?
    }

    private var readings: [Place: Reading] = [:]
    /// In the order in which they were first heard of.
    private var groups: [String] = []
    private var room = MarkRoom()

    package init() {}

    package mutating func polled(
        _ offsets: Range<Int64>, of partition: TopicPartition, by group: String, member: Int, at: Instant
    ) {
        let mark = OffsetMark(offsets: offsets, moment: Moment(at), tag: Int32(clamping: member))
        change(partition, group) { $0.polled.add(mark, in: &$1) }
    }

    package mutating func worked(
        _ offsets: Range<Int64>, of partition: TopicPartition, by group: String, member: Int,
        _ outcome: GroupTrace.Work.Outcome, _ moment: Moment
    ) {
        let mark = OffsetMark(
            offsets: offsets, moment: moment, tag: Int32(clamping: member), detail: outcome.rawValue)
        change(partition, group) { $0.worked.add(mark, in: &$1) }
    }

    /// The group goes on at `position`, should it lose all its members now.
    package mutating func committed(
        _ position: Int64, of partition: TopicPartition, by group: String, at: Instant
    ) {
        change(partition, group) { reading, room in
            let former = reading.position ?? reading.polled.marks.first?.offsets.lowerBound ?? position
            reading.position = position
            guard former < position else { return }
            reading.committed.add(OffsetMark(offsets: former..<position, moment: Moment(at), tag: 0), in: &room)
        }
    }

    private mutating func change(
        _ partition: TopicPartition, _ group: String, _ body: (inout Reading, inout MarkRoom) -> Void
    ) {
        let place = Place(group: group, partition: partition)
        if readings[place] == nil {
            readings[place] = Reading()
            if !groups.contains(group) { groups.append(group) }
        }
        body(&readings[place]!, &room)
    }

    // MARK: What is known

    /// What these groups, and all that have read the partition, did with what stood at an offset.
    package func traces(of partition: TopicPartition, offset: Int64, groups wanted: [String]) -> [GroupTrace] {
        let names = wanted + groups.filter { !wanted.contains($0) }
        return names.compactMap { name in
            var trace = GroupTrace(group: name)
            guard let reading = readings[Place(group: name, partition: partition)] else {
                return wanted.contains(name) ? trace : nil
            }
            trace.polls = reading.polled.all(of: offset).map { .init(moment: $0.moment, member: Int($0.tag)) }
            trace.works = reading.worked.all(of: offset).map {
                .init(moment: $0.moment, outcome: GroupTrace.Work.Outcome(rawValue: $0.detail) ?? .done)
            }
            trace.commits = reading.committed.all(of: offset).map(\.moment)
            return trace
        }
    }
}
