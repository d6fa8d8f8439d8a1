import DequeModule
import KafkaCluster
import KafkaProtocol
import NIOCore

/// One direction of a link under faults: keeps what is sent until its time has come, in the order in which it was sent.
///
/// | state of the front    | fate becomes free | fate becomes held | time passes                     |
/// |-----------------------|-------------------|-------------------|---------------------------------|
/// | on its way            | -                 | -                 | delivered when due              |
/// | held                  | on its way        | -                 | a cut times out: the owner resets |
///
/// Confined to its loop.
final class FaultyLine<Item> {
    /// How long a cut holds what was sent before the link is reset.
    static var cutTimeout: TimeAmount { .seconds(2) }

    private let loop: any EventLoop
    private let deliver: ([Item]) -> Void
    private let timedOut: () -> Void
    private var items = Deque<(item: Item, bytes: Int, due: Int64?)>()
    private var schedule = LinkSchedule()
    private var fate = FaultState.LinkFate.untouched
    private var timer: Scheduled<Void>?
    private var cutTimer: Scheduled<Void>?
    private var generator = SystemRandomNumberGenerator()

    init(loop: any EventLoop, deliver: @escaping ([Item]) -> Void, timedOut: @escaping () -> Void) {
        self.loop = loop
        self.deliver = deliver
        self.timedOut = timedOut
    }

    /// Nothing waits, and nothing that is sent now would.
    var isOpen: Bool { items.isEmpty && fate == .untouched }

    func send(_ item: Item, bytes: Int) {
        let isHeld = fate.isHeld || items.last.map { $0.due == nil } ?? false
        items.append((item, bytes, isHeld ? nil : arrival(bytes)))
        if isHeld { armCutTimer() } else { armTimer() }
    }

    func fateChanged(_ fate: FaultState.LinkFate) {
        guard fate != self.fate else { return }
        self.fate = fate
        if !fate.isCut { endCutTimer() }
        if fate.isHeld { return armCutTimer() }
        for index in items.indices where items[index].due == nil { items[index].due = arrival(items[index].bytes) }
        armTimer()
    }

    /// The link is reset: what is on its way is lost.
    func clear() {
        items.removeAll()
        timer?.cancel()
        timer = nil
        endCutTimer()
    }

    private func arrival(_ bytes: Int) -> Int64 {
        schedule.arrival(of: bytes, now: SystemClock.now(), latency: .zero, fate: fate, using: &generator)
    }

    private func armTimer() {
        guard timer == nil, let due = items.first?.due else { return }
        timer = loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, due)))) { self.fired() }
    }

    private func fired() {
        timer = nil
        let now = SystemClock.now().monotonicNanoseconds
        var arrived: [Item] = []
        while let due = items.first?.due, due <= now, let next = items.popFirst() { arrived.append(next.item) }
        armTimer()
        if !arrived.isEmpty { deliver(arrived) }
    }

    private func armCutTimer() {
        guard fate.isCut, cutTimer == nil, items.contains(where: { $0.due == nil }) else { return }
        cutTimer = loop.assumeIsolated().scheduleTask(in: Self.cutTimeout) {
            self.cutTimer = nil
            self.timedOut()
        }
    }

    private func endCutTimer() {
        cutTimer?.cancel()
        cutTimer = nil
    }
}
