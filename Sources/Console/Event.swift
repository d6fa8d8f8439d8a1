import KafkaCluster
import KafkaProtocol

/// Everything that the console is told.
package enum Event: Hashable, Sendable {
    case key(KeyChord)
    /// Pasted text goes into the field that is being filled in, and nowhere else: it must never press keys.
    case pasted(String)
    case mouse(MouseEvent)
    case resized(Size)
    /// Time passes. Wanted at `Model.nextTick`, and no sooner: an idle console costs nothing.
    case tick(Instant)
    case snapshot(ClusterSnapshot)
    case cluster(ClusterEvent)
    case records(RecordPage)
    /// What became of a command, where that is worth a word.
    case outcome(Outcome)
    /// The themes that can be chosen, and the one in use.
    case themes([String], current: String)
    /// The settings as they are now, read at the start or because the file has changed, and what of it cannot be used.
    case settings(Keymap, problems: [String], isFirst: Bool)

    /// By what the keys and values of topics are read, from the settings.
    case schemas([String: RecordSchemas])

    /// How topics were looked at before klamm was started.
    case remembered(LookMemory)

    /// The scenarios that can be chosen.
    case scenarios([ScenarioHead])
    /// How far the story is that is played; nil when it is over and left.
    case story(Story?)

    /// To `Command.inquire`.
    case answer(Answer)

    /// To `Command.setConfig`; the problem is a sentence of the brokers'.
    case configSet(topic: String, name: String, value: String?, problem: String?)

    package enum Outcome: Hashable, Sendable {
        case produced(TopicPartition, offset: Int64)
        case topicCreated(String)
        /// The brokers have taken it, and go on.
        case replicasMoving([ReplicaMove])
        case topicDeleted(String)
        /// These were committed; the problem is that of the others.
        case offsetsMoved(group: String, [OffsetMove], problem: String?)
        case saved(path: String)
        case done(String)
        /// A command did not work: a sentence for the user.
        case failed(String)
    }
}
