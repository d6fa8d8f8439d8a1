import KafkaProtocol

/// An offset for each of a few brokers. A sorted list: for the replicas of one partition it is quicker than any hash.
struct OffsetsByBroker: Hashable, Sendable, CustomStringConvertible {
    private var brokers: [BrokerID] = []
    private var offsets: [Int64] = []

    var isEmpty: Bool { brokers.isEmpty }

    /// Each broker and its offset, in words.
    var description: String {
        brokers.indices.map { "\(brokers[$0]) to \(offsets[$0])" }.joined(separator: ", ")
    }

    subscript(broker: BrokerID) -> Int64? {
        get {
            for index in brokers.indices where brokers[index] == broker { return offsets[index] }
            return nil
        }
        set {
            var index = 0
            while index < brokers.count, brokers[index] < broker { index += 1 }
            let isKnown = index < brokers.count && brokers[index] == broker
            if let newValue {
                if isKnown {
                    offsets[index] = newValue
                } else {
                    brokers.insert(broker, at: index)
                    offsets.insert(newValue, at: index)
                }
            } else if isKnown {
                brokers.remove(at: index)
                offsets.remove(at: index)
            }
        }
    }
}
