import KafkaCluster
import KafkaProtocol

/// The last events, newest last, each with a number that it keeps.
///
/// They stand in the order of their times, whenever they were heard of: each node tells on its own thread, and that a
/// fault is over is known only after it was. Of one time, the order is that in which they came.
///
/// When a broker falls, the same happens to dozens of partitions of a topic at once. The first few are told one by one,
/// the others are gathered in the last of these, so that what happened to other topics is not pushed off the screen.
///
/// A loss that grows is one event, which says how large it is by now.
package struct EventLog: Hashable, Sendable {
    package static let capacity = 2000
    /// Events of one sort and topic that follow each other this closely belong together.
    static let gatheringTime = Duration.milliseconds(200)
    /// So many of them are told one by one; of internal topics only one.
    static let toldAlone = 4
    private static let lookedBackAtMost = 200

    package struct Entry: Hashable, Sendable {
        package var number: Int64
        package var event: ClusterEvent
        package var summary: EventSummary
        /// Events like this one that followed at once and are not told by themselves.
        package var gathered = 0
        /// How long after this one the last of them was.
        package var gatheredWithin = Duration.zero

        /// The sentence, with what was gathered: elsewhere one of these may be told with its own time.
        package var text: String {
            guard gathered > 0 else { return summary.text }
            let milliseconds = gatheredWithin.wholeMilliseconds
            let span = milliseconds > 0 ? " within \(milliseconds) ms" : ""
            let what = summary.topic == nil ? "more group" : "more partition"
            return "\(summary.text) · and \(Figures.plural(Int64(gathered), what))\(span)"
        }

        fileprivate mutating func gather(_ at: Instant) {
            gathered += 1
            gatheredWithin = max(gatheredWithin, at - event.at)
        }
    }

    private var ring = Ring<Entry>(capacity: capacity)
    private var nextNumber: Int64 = 1

    package init() {}

    /// Oldest first.
    package var entries: [Entry] { ring.values }

    package mutating func append(_ event: ClusterEvent) {
        let summary = EventSummary(event)
        var event = event
        if case .notice(.lossUpdated(let loss), let at) = event {
            if let age = age(ofLoss: loss.number) {
                ring.change(age: age) { entry in
                    entry.event = .notice(.recordsLost(loss), at: entry.event.at)
                    entry.summary = summary
                }
                return
            }
            event = .notice(.recordsLost(loss), at: at)
        }
        if let age = gatherer(of: summary, at: event.at) {
            let at = event.at
            ring.change(age: age) { $0.gather(at) }
            return
        }
        var age = 0
        while let newer = ring.value(age: age), newer.event.at > event.at { age += 1 }
        ring.insert(Entry(number: nextNumber, event: event, summary: summary), age: age)
        nextNumber += 1
    }

    private func age(ofLoss number: Int) -> Int? {
        (0..<ring.count).first { age in
            if case .notice(.recordsLost(let loss), _)? = ring.value(age: age)?.event {
                loss.number == number
            } else {
                false
            }
        }
    }

    /// How old the entry is that takes this event along; nil if it is to be told by itself.
    private func gatherer(of summary: EventSummary, at instant: Instant) -> Int? {
        guard let sort = summary.gatheredBy else { return nil }
        var newest: Int?
        var alike = 0
        var age = 0
        while age < Self.lookedBackAtMost, let entry = ring.value(age: age),
            instant - entry.event.at < Self.gatheringTime
        {
            // What is newer by as much belongs to something else that happened.
            if entry.event.at - instant < Self.gatheringTime, entry.summary.topic == summary.topic,
                entry.summary.gatheredBy == sort
            {
                newest = newest ?? age
                alike += 1
            }
            age += 1
        }
        let isInternal = summary.topic?.hasPrefix("__") ?? false
        return alike >= (isInternal ? 1 : Self.toldAlone) ? newest : nil
    }
}
