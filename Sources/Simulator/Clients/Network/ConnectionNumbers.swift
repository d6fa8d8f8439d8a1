import KafkaBroker

/// Numbers for one client's connections, which no other client of the simulation uses: the client's own number stands in
/// the upper half. Brokers' drivers never see them twice.
package struct ConnectionNumbers: Sendable {
    private let client: UInt32
    private var last: UInt32 = 0

    /// - Parameter client: unique among the clients of one simulation.
    package init(client: UInt32) { self.client = client }

    package mutating func next() -> ConnectionID {
        last += 1
        return ConnectionID(rawValue: UInt64(client) << 32 | UInt64(last))
    }
}
