import KafkaProtocol

/// A failure that klamm can cause, live or simulated, or its end.
package enum Fault: Hashable, Sendable {
    /// As `kill -9`: memory and connections are gone, the page cache stays.
    case kill(BrokerID)
    /// Starts a killed or stopped node again, on the same data and port.
    case restart(BrokerID)
    /// An orderly stop: leaders move away first.
    case stop(BrokerID)
}
