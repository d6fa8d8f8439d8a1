import KafkaCluster
import KafkaProtocol

/// Where a group's offsets are to be moved.
package enum ResetTarget: Hashable, Sendable {
    case earliest, latest
    case offset(Int64)
    /// To the first record that is not older, in milliseconds since 1970.
    case time(Int64)
    /// From what is committed: forward, or back if negative.
    case shift(Int64)

    /// Reads `earliest`, `latest`, `1234`, `+10`, `-10`, `14:02`, `2026-11-21 14:02:33`, or `-5m` for five minutes ago.
    package init?(_ text: String, now: Int64, offsetSeconds: Int) {
        switch text {
        case "earliest": self = .earliest
        case "latest": self = .latest
        default:
            let digits = text.filter { $0 != "," }
            if digits.hasPrefix("+") || digits.hasPrefix("-") {
                if let number = Int64(digits) {
                    self = .shift(number)
                } else if digits.hasPrefix("-"), let unit = digits.last, let number = Int64(digits.dropLast()),
                    let scale = Self.units[unit], (-1_000_000...0).contains(number)
                {
                    self = .time(now.saturatingAdd(number * scale))
                } else {
                    return nil
                }
            } else if let number = Int64(digits), number >= 0 {
                self = .offset(number)
            } else if let time = WallClock.parse(text, now: now, offsetSeconds: offsetSeconds) {
                self = .time(time)
            } else {
                return nil
            }
        }
    }

    private static let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]

    /// Completes "to ...".
    func words(offsetSeconds: Int) -> String {
        switch self {
        case .earliest: "the earliest record"
        case .latest: "the end"
        case .offset(let offset): "offset \(Figures.count(offset))"
        case .time(let time): WallClock.dateAndTime(time, offsetSeconds: offsetSeconds)
        case .shift(let count): "\(Figures.count(Int64(clamping: count.magnitude))) \(count < 0 ? "back" : "ahead")"
        }
    }
}

/// What is to be done to which of a group's partitions.
package struct OffsetReset: Hashable, Sendable {
    package var group: String
    package var partitions: [TopicPartition]
    package var target: ResetTarget

    package init(group: String, partitions: [TopicPartition], target: ResetTarget) {
        self.group = group
        self.partitions = partitions
        self.target = target
    }
}

/// What a reset would do to one partition. Nothing is moved beyond the log's ends.
struct ResetStep: Hashable {
    var partition: TopicPartition
    var committed: Int64?
    /// Nil where it is not known yet, or not at all: then nothing is done.
    var new: Int64?
    /// Why `new` is not what was asked for, or is not there.
    var note: String?

    /// Records that will be read again if positive, passed over if negative.
    var again: Int64? {
        guard let committed, let new else { return nil }
        return committed.saturatingSubtract(new)
    }
}

extension OffsetReset {
    /// `times` are the first offsets that are not older than the target's time, where that is what is wanted.
    func plan(_ snapshot: ClusterSnapshot?, times: [PartitionTime]?) -> [ResetStep] {
        let group = snapshot?.groups.first { $0.id == self.group }
        return partitions.map { id in
            let place = group?.partitions.first { $0.partition == id }
            var step = ResetStep(partition: id, committed: place?.committed)
            let partition = snapshot?.partition(id)
            guard let start = partition?.logStartOffset, let end = partition?.highWatermark else {
                step.note = "its log's ends are not known"
                return step
            }
            let wanted: Int64
            switch target {
            case .earliest: wanted = start
            case .latest: wanted = end
            case .offset(let offset): wanted = offset
            case .shift(let count):
                guard let committed = step.committed else {
                    step.note = "nothing is committed to shift from"
                    return step
                }
                wanted = committed.saturatingAdd(count)
            case .time:
                guard let found = times?.first(where: { $0.partition == id }) else {
                    step.note = times == nil ? "asking…" : "nobody answered for it"
                    return step
                }
                wanted = found.offset ?? end
                if found.offset == nil { step.note = "no record is that new: the end" }
            }
            step.new = min(max(wanted, start), end)
            if wanted < start { step.note = "its log begins there" }
            if wanted > end { step.note = "its log ends there" }
            return step
        }
    }
}

/// The first record of a partition that is not older than some time.
package struct PartitionTime: Hashable, Sendable {
    package var partition: TopicPartition
    /// Nil where all records are older.
    package var offset: Int64?

    package init(partition: TopicPartition, offset: Int64?) {
        self.partition = partition
        self.offset = offset
    }
}
