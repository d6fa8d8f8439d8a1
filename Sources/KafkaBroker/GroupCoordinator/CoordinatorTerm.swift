/// By what right a coordinator speaks for a group: its broker leads the group's partition of `__consumer_offsets` in this
/// epoch. One that is cut off goes on under a term that is over, as it has not heard of the next.
package struct CoordinatorTerm: Hashable, Sendable {
    package var partition: Int32
    package var leaderEpoch: Int32

    package init(partition: Int32, leaderEpoch: Int32) {
        self.partition = partition
        self.leaderEpoch = leaderEpoch
    }
}
