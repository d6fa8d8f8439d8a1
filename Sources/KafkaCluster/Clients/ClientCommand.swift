/// A change to the workload while it runs, from a key press or a scenario's step.
package enum ClientCommand: Hashable, Sendable {
    case startProducer(ProducerSettings)
    case stopProducer(topic: String)
    /// Applied by a new client instance: acks is fixed in one, and the change is seen in the events.
    case setAcks(topic: String, Acks)
    /// Other settings for the producer of their topic. Where Kafka's clients take them only at their start a new client
    /// takes over once the old one has its answers.
    case changeProducer(ProducerSettings)
    /// Dies as a process does: what its client had not sent is gone.
    case crashProducer(topic: String)
    case startGroup(ConsumerSettings)
    case stopGroup(String)
    /// Switched without leaving the group.
    case setAutoCommit(group: String, Bool)
    /// Other settings for the group of this name. Members stay in it, but where Kafka's clients take a setting only at
    /// their start.
    case changeGroup(ConsumerSettings)
    /// Members are counted from 1, and so are the records that each works on: it dies at the first from `atRecord` on. The
    /// group learns of it by its session timeout.
    case crashMember(group: String, member: Int, CrashPoint, atRecord: Int = 1)
    /// All members go on from there, in the partitions that they have.
    case seek(group: String, SeekTarget)
}
