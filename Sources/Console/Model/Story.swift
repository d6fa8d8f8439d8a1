import KafkaProtocol
import Scenarios

/// A scenario that can be chosen.
package struct ScenarioHead: Hashable, Sendable {
    package var name: String
    package var title: String

    package init(name: String, title: String) {
        self.name = name
        self.title = title
    }
}

/// A scenario that is played under the console, as far as it has been told.
package struct Story: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case playing
        /// The next step is taken when the user says so.
        case paused
        /// Whether what was expected happened.
        case over(asExpected: Bool)
        /// It cannot go on, for this reason: its cluster could not be made, started or looked at, and goes.
        case failed(String)
    }

    package var head: ScenarioHead
    /// What there is to see, and why it is so.
    package var shows: String
    package var lines: [StoryLine] = []
    /// When its seconds began; nil as long as its cluster starts.
    package var began: Instant?
    /// What the next step waits for and does, while there is one.
    package var next: String?
    /// The same in the file's words.
    package var nextText: String?
    package var state = State.playing

    package init(_ head: ScenarioHead, shows: String) {
        self.head = head
        self.shows = shows
    }

    /// At its place in time.
    package mutating func add(_ line: StoryLine) { lines.add(line) }
}

/// How a user leads a story.
package enum StoryOrder: Hashable, Sendable {
    case play, pause, step
    /// Ends it; its cluster goes, and the console shows its own again.
    case leave
}
