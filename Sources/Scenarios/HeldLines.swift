/// Lines of a story that are told a moment later, so that they stand in the order of their times: what happened is
/// heard of after it did, from threads of its own, and meanwhile something else has been told.
package struct HeldLines: Hashable, Sendable {
    /// How late a line may come and still find its place.
    package static let patience = Duration.milliseconds(150)

    private var lines: [StoryLine] = []

    package init() {}

    package mutating func add(_ line: StoryLine) { lines.add(line) }

    /// Those before which nothing comes any more, `now` after the story's beginning.
    package mutating func take(by now: Duration) -> [StoryLine] {
        let end = lines.firstIndex { $0.after > now - Self.patience } ?? lines.count
        defer { lines.removeFirst(end) }
        return Array(lines[..<end])
    }

    package mutating func takeAll() -> [StoryLine] {
        defer { lines = [] }
        return lines
    }
}

extension [StoryLine] {
    /// In the order of their times; of one time, in the order in which they came.
    package mutating func add(_ line: StoryLine) {
        let place = lastIndex { $0.after <= line.after }.map { $0 + 1 } ?? 0
        insert(line, at: place)
    }
}
