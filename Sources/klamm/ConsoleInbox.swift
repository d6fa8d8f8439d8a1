import Console
import KafkaCluster
import Synchronization
import Terminal

/// What other threads tell the console. Posting wakes it; a newer snapshot takes the place of one not yet seen.
final class ConsoleInbox: Sendable {
    struct Contents {
        var snapshot: ClusterSnapshot?
        var events: [Event] = []
        /// The user has changed their settings or a theme.
        var haveSettingsChanged = false
        var isEmpty: Bool { snapshot == nil && events.isEmpty && !haveSettingsChanged }
    }

    private let contents = Mutex(Contents())

    func post(_ event: Event) {
        change { contents in
            contents.events.append(event)
            // A picture not yet seen is of the story's cluster, which is shown no more.
            if case .story(nil) = event { contents.snapshot = nil }
        }
    }
    func postSettingsChange() { change { $0.haveSettingsChanged = true } }
    func post(_ snapshot: ClusterSnapshot) { change { $0.snapshot = snapshot } }

    private func change(_ body: (inout Contents) -> Void) {
        let wasEmpty = contents.withLock { contents in
            defer { body(&contents) }
            return contents.isEmpty
        }
        if wasEmpty { TerminalScreen.wake() }
    }

    func take() -> Contents {
        contents.withLock { contents in
            defer { contents = Contents() }
            return contents
        }
    }
}
