import KafkaProtocol

/// One consumer's incremental fetch session with one broker (KIP-227): what the broker knows of it, so that a request
/// names only what has changed.
package struct ClientFetchSession: Sendable {
    package struct Entry: Hashable, Sendable {
        var key: TopicPartition
        var topicId: Uuid
        var offset: Int64
        var leaderEpoch: Int32
        var lastEpoch: Int32
    }

    let broker: BrokerID
    var id: Int32 = 0
    /// 0 asks for a new session.
    package private(set) var epoch: Int32 = 0
    /// It was reset since the last request: the answer to that one does not bring it back.
    private var isReset = false
    var known: [Entry] = []

    package init(broker: BrokerID) { self.broker = broker }

    /// The session is lost or in doubt: the next request is a full one, which closes the old session.
    package mutating func reset() {
        epoch = 0
        known = []
        isReset = true
    }

    /// A request was sent that leaves the broker with these partitions.
    package mutating func asked(_ wanted: [Entry]) {
        known = wanted
        isReset = false
    }

    package mutating func answered(id answered: Int32) {
        if isReset {
            id = answered
        } else if answered == 0 {
            id = 0
            reset()
        } else {
            id = answered
            epoch = epoch == .max ? 1 : epoch + 1
        }
    }
}
