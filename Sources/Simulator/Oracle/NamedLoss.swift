import KafkaProtocol

/// Committed records that are gone although nobody broke a promise, and why Kafka allows it.
package struct NamedLoss: Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// A replica outside the ISR was elected, by the topic's setting or an administrator's wish.
        case uncleanElection
        /// The sole remaining member of the ISR was elected, which had lost them.
        case soleMember(LogDamage)
    }

    /// What happened to a replica's log without its broker's doing.
    package enum LogDamage: String, Hashable, Sendable {
        case powerLoss = "lost power"
        case wipe = "was wiped"
        case corruption = "found damaged bytes"
    }

    package var partition: TopicPartition
    /// The records that the new leader lacks, or has others in the place of.
    package var offsets: Range<Int64>
    package var leader: BrokerID
    package var leaderEpoch: Int32
    package var cause: Cause

    package var description: String {
        let what = "\(partition) lost offsets \(offsets.lowerBound)-\(offsets.upperBound - 1)"
        switch cause {
        case .uncleanElection: return "\(what): unclean election of \(leader) in epoch \(leaderEpoch)"
        case .soleMember(let damage):
            return "\(what): \(leader), the last of the ISR, \(damage.rawValue) and was elected in epoch \(leaderEpoch)"
        }
    }
}
