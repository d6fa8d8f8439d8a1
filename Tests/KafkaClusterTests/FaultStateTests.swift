import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@Suite struct FaultStateTests {
    private let start = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 1_700_000_000_000)

    private func state(_ faults: Fault...) -> FaultState {
        var state = FaultState()
        for fault in faults { state.apply(fault, now: start) }
        return state
    }

    @Test func `a one-way cut hits one way`() {
        // A leader that hears its followers and is not heard is another failure than a cut.
        let state = state(.link(.init(.node(1), .node(2), isOneWay: true, .cut)))
        #expect(state.fate(from: .node(1), to: .node(2)).isCut)
        #expect(!state.fate(from: .node(2), to: .node(1)).isHeld)
        #expect(!state.fate(from: .node(1), to: .node(3)).isHeld)
    }

    @Test func `a fault on all clients hits each of them`() {
        // A client is known by its id only once it has sent a request.
        let state = state(.link(.init(.clients, .node(1), .stall)))
        #expect(state.fate(from: .client("a"), to: .node(1)).isStalled)
        #expect(state.fate(from: .node(1), to: .clients).isStalled)
        #expect(!state.fate(from: .client("a"), to: .node(2)).isHeld)
    }

    @Test func `delays add up, and the narrowest line counts`() {
        // Two faults on one link are both felt.
        let state = state(
            .link(.init(.node(1), .node(2), .delay(.milliseconds(10), jitter: .milliseconds(1)))),
            .link(.init(.node(2), .node(1), .delay(.milliseconds(5), jitter: .zero))),
            .link(.init(.node(1), .node(2), .bandwidth(1000))), .link(.init(.node(1), .node(2), .bandwidth(10))))
        let fate = state.fate(from: .node(1), to: .node(2))
        #expect(fate.delay == .milliseconds(15))
        #expect(fate.jitter == .milliseconds(1))
        #expect(fate.bytesPerSecond == 10)
    }

    @Test func `bytes arrive in order, whatever the jitter`() {
        // A link behaves as TCP does.
        var schedule = LinkSchedule()
        var generator = SeededGenerator(seed: 1)
        var fate = FaultState.LinkFate()
        fate.delay = .milliseconds(10)
        fate.jitter = .milliseconds(10)
        let arrivals = (0..<100).map { step in
            schedule.arrival(
                of: 100, now: start + .microseconds(step), latency: .microseconds(50), fate: fate, using: &generator)
        }
        #expect(arrivals == arrivals.sorted())
        #expect(Set(arrivals).count > 3)
    }

    @Test func `a narrow line makes the next frame wait for the last`() {
        // 1000 bytes at 1000 B/s take a second each.
        var schedule = LinkSchedule()
        var generator = SeededGenerator(seed: 1)
        var fate = FaultState.LinkFate()
        fate.bytesPerSecond = 1000
        let arrivals = (0..<3).map { _ in
            schedule.arrival(of: 1000, now: start, latency: .zero, fate: fate, using: &generator) / 1_000_000_000
        }
        #expect(arrivals == [1, 2, 3])
    }

    @Test(arguments: [(.max, 1), (0, .max), (12_000_000_000, 1 << 40)] as [(Int64, Int)])
    func `what takes longer than time lasts never arrives`(seconds: Int64, bytes: Int) {
        // A sum that overflows would end klamm.
        var schedule = LinkSchedule()
        var generator = SeededGenerator(seed: 1)
        var fate = FaultState.LinkFate()
        fate.delay = .seconds(seconds)
        fate.jitter = .seconds(seconds)
        fate.bytesPerSecond = 1
        var last: Int64 = 0
        for _ in 0..<100 {
            let arrival = schedule.arrival(of: bytes, now: start, latency: .zero, fate: fate, using: &generator)
            #expect(arrival >= last)
            last = arrival
        }
        #expect(last > Int64.max / 2)
    }

    @Test func `the nth request fails, and no other`() {
        // A test of one lost answer must not lose two.
        var state = state(.request(.init(.produce, at: 1, client: "p", nth: 2, .withhold)))
        #expect(state.fate(of: .produce, from: "p", at: 1) == nil)
        #expect(state.fate(of: .produce, from: "q", at: 1) == nil)
        #expect(state.fate(of: .fetch, from: "p", at: 1) == nil)
        #expect(state.fate(of: .produce, from: "p", at: 1) == .withhold)
        #expect(state.fate(of: .produce, from: "p", at: 1) == nil)
    }

    @Test func `a full disk refuses writes and answers reads`() {
        // What is there can still be read.
        let state = state(.disk(.init(2, .full)), .disk(.init(2, .slow(.milliseconds(3)))))
        #expect(state.fate(of: .write, on: 2, path: "a").failure == "No space left on device")
        #expect(state.fate(of: .read, on: 2, path: "a").failure == nil)
        #expect(state.fate(of: .read, on: 2, path: "a").delay == .milliseconds(3))
        #expect(state.fate(of: .write, on: 1, path: "a") == .init())
    }

    @Test func `a fault of one partition's files leaves the others alone`() {
        // orders-1 is not orders-11.
        let partition = TopicPartition(topic: "orders", partition: 1)
        let state = state(.disk(.init(2, partition: partition, .failingReads)))
        #expect(state.fate(of: .read, on: 2, path: "orders-1/0.log").failure != nil)
        #expect(state.fate(of: .read, on: 2, path: "orders-11/0.log").failure == nil)
    }

    @Test func `faults end by healing and by time`() {
        // Each fault has a start and an end.
        var state = FaultState()
        state.apply(.freeze(1), now: start, until: start + .seconds(1))
        state.apply(.clockSkew(2, .seconds(5)), now: start)
        #expect(state.isFrozen(1))
        #expect(state.nextExpiry == start + .seconds(1))
        #expect(state.expire(now: start + .seconds(1)).map(\.fault) == [.freeze(1)])
        #expect(!state.isFrozen(1))
        #expect(state.clock(of: 2, at: start).wallClockMilliseconds == start.wallClockMilliseconds + 5000)
        // What it tells stands beside what others tell.
        #expect(state.time(told: state.clock(of: 2, at: start), by: 2) == start)
        #expect(state.time(told: start, by: 1) == start)
        #expect(state.apply(.heal(.clockSkew(2, .seconds(5))), now: start).count == 1)
        #expect(state.isQuiet)
        #expect(state.clock(of: 2, at: start) == start)
    }
}
