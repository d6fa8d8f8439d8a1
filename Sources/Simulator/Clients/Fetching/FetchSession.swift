import KafkaProtocol

/// One consumer's incremental fetch session with one broker (KIP-227): what the broker knows of it, so that a request
/// names only what has changed.
struct ClientFetchSession: Sendable {
    struct Entry: Hashable, Sendable {
        var key: TopicPartition
        var topicId: Uuid
        var offset: Int64
        var leaderEpoch: Int32
        var lastEpoch: Int32
    }

    let broker: BrokerID
    var id: Int32 = 0
    /// 0 asks for a new session.
    var epoch: Int32 = 0
    var known: [Entry] = []

    /// The session is lost or in doubt: the next request is a full one, which closes the old session.
    mutating func reset() {
        epoch = 0
        known = []
    }

    mutating func answered(id answered: Int32) {
        if answered == 0 {
            id = 0
            reset()
        } else {
            id = answered
            epoch = epoch == .max ? 1 : epoch + 1
        }
    }
}
