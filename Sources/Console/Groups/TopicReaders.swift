/// Who reads a topic, and how far they are behind.
package struct TopicReaders: Hashable, Sendable {
    /// How far each group is behind in all partitions together; nil where that is known of none.
    private var lags: [String: Int64?] = [:]

    /// In the order of their names.
    package var groups: [String] { lags.keys.sorted() }
    /// Of all groups; nil where none is known.
    package var lag: Int64? {
        lags.values.reduce(nil) { sum, lag in lag.map { (sum ?? 0).saturatingAdd($0) } ?? sum }
    }
    var isEmpty: Bool { lags.isEmpty }

    mutating func set(_ group: String, lag: Int64?) { lags[group] = .some(lag) }
    mutating func remove(_ group: String) { lags[group] = nil }
}
