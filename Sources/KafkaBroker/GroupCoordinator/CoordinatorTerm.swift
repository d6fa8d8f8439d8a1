import KafkaProtocol

/// By what right a coordinator speaks for a group: its broker leads the group's partition of `__consumer_offsets` in
/// this epoch. One that is cut off goes on under a term that is over, as it has not heard of the next.
///
/// Epochs of one topic can be compared, and no others: one that was deleted and made anew counts from zero.
package struct CoordinatorTerm: Hashable, Sendable {
    /// Of `__consumer_offsets`, in the life that it had then.
    package var topicID: Uuid
    package var partition: Int32
    package var leaderEpoch: Int32

    package init(topicID: Uuid, partition: Int32, leaderEpoch: Int32) {
        self.topicID = topicID
        self.partition = partition
        self.leaderEpoch = leaderEpoch
    }
}
