/// What one broker bears from its clients, so that none of them can stop it.
package struct ConnectionLimits: Hashable, Sendable {
    /// The largest request in bytes (`socket.request.max.bytes`, Kafka's default). A larger one closes the connection.
    package var maximumFrameBytes = 104_857_600
    /// Connections to one broker at a time (`max.connections`).
    package var maximumConnections = 2048
    /// Requests of one connection that may wait for their answer; beyond it, reading stops until answers have left.
    package var maximumRequestsInFlight = 64

    package init() {}
}
