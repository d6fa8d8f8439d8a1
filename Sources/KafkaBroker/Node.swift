import KafkaProtocol

/// A broker or a controller as its driver sees it: a state machine that is handed inputs one at a time.
///
/// The driver's part of the contract:
/// - it performs actions in the order given, before it hands in the next input;
/// - what a step appends has reached the disk before the step returns, so no answer precedes the write that it
///   acknowledges;
/// - it hands in `deadlineReached` at or soon after `nextDeadline`, which it reads again after every step;
/// - a killed node is dropped as it is: its memory is gone, what it wrote is in the page cache.
package protocol Node {
    mutating func step(_ input: BrokerInput, now: Instant, into actions: inout [BrokerAction])
    /// When this node next wants `deadlineReached`; nil for not at all.
    var nextDeadline: Instant? { get }
}
