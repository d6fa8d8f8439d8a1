import KafkaProtocol

/// A moment, or a stretch of time in which something happened of which nobody knows any more when exactly.
package struct Moment: Hashable, Sendable {
    package var from: Instant
    package var to: Instant

    package init(_ at: Instant) { (from, to) = (at, at) }

    package init(from: Instant, to: Instant) { (self.from, self.to) = (from, to) }

    package var isExact: Bool { from == to }
}

/// Offsets that follow each other and to which the same happened, and when.
struct OffsetMark: Hashable {
    var offsets: Range<Int64>
    var moment: Moment
    /// The leader epoch, or whatever else tells marks of one kind apart: only equal ones become one.
    var tag: Int32
    var detail: Int16 = 0

    func isFollowed(by next: Self) -> Bool {
        offsets.upperBound == next.offsets.lowerBound && tag == next.tag && detail == next.detail
    }
}

/// Marks of one kind in the order in which they were made. The newest are exact; of the old ones, those that follow each
/// other become one, so that a time is known to the second, or to a 64th of its age where that is more. What still does not
/// fit is forgotten, the oldest first.
struct MarkList: Hashable {
    private static let ageParts: Int64 = 64
    private static let exactEnough: Int64 = 1_000_000_000

    private(set) var marks: [OffsetMark] = []
    /// Some have been forgotten.
    private(set) var isCut = false

    mutating func add(_ mark: OffsetMark, in room: inout MarkRoom) {
        if room.isFull(for: marks.count) {
            let before = marks.count
            thin(to: before - before / 4, now: mark.moment.to)
            room.used -= before - marks.count
        }
        marks.append(mark)
        room.used += 1
    }

    private mutating func thin(to wanted: Int, now: Instant) {
        merge(now: now, longest: Self.exactEnough)
        if marks.count > wanted { merge(now: now, longest: .max) }
        guard marks.count > wanted else { return }
        marks.removeFirst(marks.count - wanted)
        isCut = true
    }

    private mutating func merge(now: Instant, longest: Int64) {
        var kept = 0
        for index in marks.indices.dropFirst() {
            let next = marks[index]
            let span = (next.moment.to - marks[kept].moment.from).wholeNanoseconds
            let age = (now - next.moment.to).wholeNanoseconds
            if marks[kept].isFollowed(by: next), span <= min(longest, age / Self.ageParts) {
                marks[kept].offsets = marks[kept].offsets.lowerBound..<next.offsets.upperBound
                marks[kept].moment.to = next.moment.to
            } else {
                kept += 1
                marks[kept] = next
            }
        }
        if !marks.isEmpty { marks.removeSubrange((kept + 1)...) }
    }

    func first(of offset: Int64, where fits: (OffsetMark) -> Bool = { _ in true }) -> OffsetMark? {
        marks.first { $0.offsets.contains(offset) && fits($0) }
    }

    func last(of offset: Int64, where fits: (OffsetMark) -> Bool = { _ in true }) -> OffsetMark? {
        marks.last { $0.offsets.contains(offset) && fits($0) }
    }

    func all(of offset: Int64) -> [OffsetMark] { marks.filter { $0.offsets.contains(offset) } }
}

/// The room that many lists share: 65,536 marks, and 64 for each list beyond that. None has more than 16,384.
struct MarkRoom: Hashable {
    private static let most = 65_536
    private static let leastOfOne = 64
    private static let mostOfOne = 16_384

    /// Over all lists.
    var used = 0

    func isFull(for count: Int) -> Bool {
        count >= Self.mostOfOne || used >= Self.most && count >= Self.leastOfOne
    }
}
