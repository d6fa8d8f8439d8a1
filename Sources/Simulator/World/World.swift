import DequeModule
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore

/// A whole cluster with its clients on one thread, under a clock of its own: the real brokers and controllers on memory
/// disks, joined by links whose every frame asks `FaultState`. The same setup and the same calls give the same history.
///
/// It keeps the drivers' part of the `Node` and `SimulatedClient` contracts. Everything that happens is told to `watch`
/// before its consequences, and what `watch` throws ends the run. Parts: `World+Nodes` (lives and deaths),
/// `World+Links` (frames between nodes), `World+Connections` (clients).
package final class World {
    package let setup: WorldSetup
    package internal(set) var now: Instant
    package internal(set) var faults = FaultState()
    /// Set before the first node starts.
    package var watch: ((Observation, Instant) throws(Violation) -> Void)?
    package internal(set) var trace = Trace()
    /// Events handled so far.
    package private(set) var steps = 0
    /// After so many events nothing happens any more.
    package var mostSteps = Int.max
    package var isOver: Bool { steps >= mostSteps }

    enum Event {
        case frame(from: BrokerID, to: BrokerID, reset: Int, isRequest: Bool, ByteBuffer)
        case late(from: BrokerID, to: BrokerID, ByteBuffer)
        case input(BrokerID, life: Int, BrokerInput)
        case flushEnd(BrokerID, life: Int, FlushID, MemoryDisk.SlowFlush, path: String)
        case deadline(BrokerID, life: Int)
        case wake(BrokerID, life: Int)
        case linkTimeout(LinkPair, reset: Int)
        case connect(ConnectionID)
        case toBroker(ConnectionID, ByteBuffer)
        case toClient(ConnectionID, ByteBuffer)
        case disconnected(ConnectionID)
        case connectionTimeout(ConnectionID)
        case clientDeadline(Int)
        case faultExpiry
    }

    var queue = EventQueue<Event>()
    var generator: SeededGenerator
    var nodes: [SimulatedNode] = []
    /// Of each node to each, by their places.
    var links: [Link] = []
    var clients: [SimulatedPlace] = []
    var connections: [ConnectionID: SimulatedConnection] = [:]
    /// Nodes on whose disk bits were flipped, until it is wiped.
    package internal(set) var flippedNodes: [BrokerID] = []
    /// Requests between nodes that faults make fail after their effect.
    var peerOutcomes: [PeerRequestKey: FailedRequest] = [:]
    var lateCount: Int32 = 0
    var actions: [BrokerAction] = []

    package init(_ setup: WorldSetup) {
        self.setup = setup
        now = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)
        generator = SeededGenerator(seed: setup.seed)
        nodes = (setup.controllerIDs + setup.brokerIDs).map(SimulatedNode.init)
        links = (0..<nodes.count * nodes.count).map { _ in Link() }
    }

    // MARK: Time

    /// Handles the next event that comes before `end`; false when there is none, and then it is `end`.
    package func step(until end: Instant) throws(Violation) -> Bool {
        guard !isOver, let time = queue.nextTime, time <= end.monotonicNanoseconds, let (at, event) = queue.popFirst()
        else {
            advance(to: end.monotonicNanoseconds)
            return false
        }
        advance(to: at)
        steps += 1
        try handle(event)
        return true
    }

    package func run(until end: Instant) throws(Violation) {
        while try step(until: end) {}
    }

    /// Runs until the condition holds; false if it does not within `limit`. The condition is asked about every millisecond
    /// of the cluster's time.
    package func run(limit: Duration, until condition: () -> Bool) throws(Violation) -> Bool {
        let end = now + limit
        while !condition() {
            if now >= end { return false }
            try run(until: min(end, now + .milliseconds(1)))
        }
        return true
    }

    private func advance(to nanoseconds: Int64) {
        let step = nanoseconds - now.monotonicNanoseconds
        if step > 0 {
            let elapsed = nanoseconds - 1_000_000_000
            now = Instant(
                monotonicNanoseconds: nanoseconds, wallClockMilliseconds: 1_700_000_000_000 + elapsed / 1_000_000)
        }
    }

    func post(_ event: Event, after delay: Duration) {
        queue.post(event, at: now.monotonicNanoseconds + delay.wholeNanoseconds)
    }

    func observe(_ observation: @autoclosure () -> Observation) throws(Violation) {
        if let watch { try watch(observation(), now) }
    }

    private func handle(_ event: Event) throws(Violation) {
        switch event {
        case .frame(let from, let to, let reset, let isRequest, let bytes):
            try frameArrived(from: from, to: to, reset: reset, isRequest: isRequest, bytes)
        case .late(let from, let to, let bytes): try lateArrived(from: from, to: to, bytes)
        case .input(let id, let life, let input): try deliver(input, to: id, life: life)
        case .flushEnd(let id, let life, let flush, let token, let path):
            try flushEnded(id, life: life, flush, token, path: path)
        case .deadline(let id, let life): try deadlinePassed(id, life: life)
        case .wake(let id, let life): try wake(id, life: life)
        case .linkTimeout(let pair, let reset): try linkTimedOut(pair, reset: reset)
        case .connect(let id): try connectionArrived(id)
        case .toBroker(let id, let bytes): try requestArrived(id, bytes)
        case .toClient(let id, let bytes): try answerArrived(id, bytes)
        case .disconnected(let id): try clientDisconnected(id)
        case .connectionTimeout(let id): try connectionTimedOut(id)
        case .clientDeadline(let index): try clientDeadlinePassed(index)
        case .faultExpiry: try expireFaults()
        }
    }
}
