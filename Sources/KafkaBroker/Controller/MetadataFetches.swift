import KafkaProtocol

/// Fetches of the metadata log that wait for more of it. A broker has few at a time, mostly one.
struct MetadataFetches {
    struct Waiting {
        var request: FetchRequest
        var call: Controller.Call
        var deadline: Instant
    }

    private(set) var waiting: [Waiting] = []

    var nextDeadline: Instant? {
        var nearest: Instant?
        for index in waiting.indices { nearest = .earlier(nearest, waiting[index].deadline) }
        return nearest
    }

    mutating func add(_ fetch: Waiting) { waiting.append(fetch) }

    mutating func remove(at index: Int) -> Waiting { waiting.remove(at: index) }

    mutating func removeAll(of peer: BrokerID) { waiting.removeAll { $0.call.peer == peer } }
    mutating func removeAll() { waiting.removeAll() }

    /// Takes out those that are to be answered, in the order in which they came.
    mutating func take(where isReady: (Waiting) -> Bool) -> [Waiting] {
        let ready = waiting.filter(isReady)
        if !ready.isEmpty { waiting.removeAll(where: isReady) }
        return ready
    }
}
