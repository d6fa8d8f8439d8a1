/// Who reads a topic, and how far they are behind.
package struct TopicReaders: Hashable, Sendable {
    /// In the order of their names.
    package private(set) var groups: [String] = []
    /// Of all groups; nil where none is known.
    package private(set) var lag: Int64?

    mutating func add(_ group: String) { groups.append(group) }
    mutating func add(lag more: Int64) { lag = (lag ?? 0).saturatingAdd(more) }
}
