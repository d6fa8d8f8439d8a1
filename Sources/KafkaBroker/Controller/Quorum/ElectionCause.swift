import KafkaProtocol

/// Why a controller stood for election, as far as it knows.
package enum ElectionCause: Hashable, Sendable {
    /// The leader that it followed has answered no fetch for at least so long. `late` is how long after its own deadline it came
    /// to see that: it was held up itself.
    case silence(of: BrokerID, Duration, late: Duration)
    /// The leader ended its epoch: it was stopped, or did not hear of a majority.
    case resignation(of: BrokerID)
}
