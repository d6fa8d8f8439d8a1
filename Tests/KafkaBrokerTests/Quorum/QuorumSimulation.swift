import KafkaProtocol
import KafkaStorage
import NIOCore

@testable import KafkaBroker

/// Only the voters of a quorum, in one thread under a clock of its own: links that delay, lose and are cut, disks that take
/// their time and lose what was not flushed, nodes that die. Everything comes from one seed.
///
/// In the manner of Kafka's RaftEventSimulationTest. `violation` is the first promise that did not hold, as seen from
/// outside: one leader an epoch, one vote an epoch, what is committed never changes.
struct QuorumSimulation {
    private enum Event {
        case deadline(BrokerID, life: Int)
        case frame(from: BrokerID, to: BrokerID, PeerFrame)
        case flush(BrokerID, life: Int, FlushID, FileID)
        case append
        case fault
    }

    private struct Node {
        var disk = MemoryDisk()
        var quorum: MetadataQuorum?
        var life = 0
        var deadlineAt: Int64 = .max
        /// Up to where what is committed has been looked at.
        var checkedOffset: Int64 = 0
    }

    private(set) var violation: String?
    private(set) var electionCount = 0
    private(set) var truncationCount = 0

    private let voters: [BrokerID]
    private var nodes: [BrokerID: Node] = [:]
    private var random: SeededGenerator
    private var now = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)
    private var queue: [(at: Int64, number: Int, event: Event)] = []
    private var nextNumber = 0
    private var cuts: Set<[BrokerID]> = []
    private var nextValue = 0
    private var areFaultsOver = false
    private let fetchMaxBytes: Int
    private let slowestFlush: Int64
    private let meanFaultMilliseconds: Int64
    private let haste: Int

    // What the oracle remembers.
    private var leaders: [Int32: BrokerID] = [:]
    private var votes: [BrokerID: [Int32: BrokerID]] = [:]
    private(set) var committed: [(epoch: Int32, value: ByteBuffer)] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let count = Bool.random(using: &random) ? 3 : 5
        voters = (0..<count).map { BrokerID(Int32(101 + $0)) }
        fetchMaxBytes = Bool.random(using: &random) ? 1 : 1 << 20
        slowestFlush = [1_000_000, 20_000_000, 200_000_000].randomElement(using: &random)!
        meanFaultMilliseconds = [60, 200, 600].randomElement(using: &random)!
        haste = [1, 5].randomElement(using: &random)!
        for voter in voters {
            nodes[voter] = Node()
            start(voter)
        }
        post(.append, after: 1_000_000)
        post(.fault, after: 500_000_000)
    }

    /// Faults for a while, then none: progress must follow. Nil when every promise held.
    mutating func run(faultSeconds: Int64 = 6) -> String? {
        run(for: faultSeconds * 1_000_000_000)
        if violation != nil { return violation }
        areFaultsOver = true
        cuts.removeAll()
        for voter in voters where nodes[voter]?.quorum == nil { start(voter) }
        let before = committed.count
        run(for: 5_000_000_000)
        if violation != nil { return violation }
        if committed.count < before + 10 { return "no progress after healing" }
        if let problem = loseMinority() { return problem }
        let leading = voters.filter { nodes[$0]?.quorum?.isLeader == true }
        if leading.count != 1 { return "\(leading.count) leaders after healing" }
        let lagging = voters.filter { (nodes[$0]?.quorum?.log.committedOffset ?? 0) < Int64(before) }
        return lagging.isEmpty ? nil : "\(lagging) did not catch up"
    }

    /// A majority is enough, whoever leads.
    private mutating func loseMinority() -> String? {
        guard let leader = voters.first(where: { nodes[$0]?.quorum?.isLeader == true }) else { return "no leader" }
        let dead = ([leader] + voters.filter { $0 != leader }).prefix(voters.count / 2)
        for id in dead { kill(id, losingPower: false) }
        let before = committed.count
        run(for: 5_000_000_000)
        if committed.count < before + 5 { return "a majority alone makes no progress" }
        for id in dead { start(id) }
        run(for: 3_000_000_000)
        return violation
    }

    private mutating func run(for nanoseconds: Int64) {
        let end = now.monotonicNanoseconds + nanoseconds
        while violation == nil, let next = queue.first, next.at <= end {
            queue.removeFirst()
            now = now + .nanoseconds(max(0, next.at - now.monotonicNanoseconds))
            handle(next.event)
        }
        now = now + .nanoseconds(max(0, end - now.monotonicNanoseconds))
    }

    private mutating func post(_ event: Event, after nanoseconds: Int64) {
        let at = now.monotonicNanoseconds + nanoseconds
        nextNumber += 1
        let index = queue.lowerBound { ($0.at, $0.number) < (at, nextNumber) }
        queue.insert((at, nextNumber, event), at: index)
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .deadline(let id, let life):
            guard nodes[id]?.life == life else { return }
            nodes[id]?.deadlineAt = .max
            let now = now
            step(id) { try $0.deadlineReached(now: now) }
        case .frame(let from, let to, let frame): deliver(frame, from: from, to: to)
        case .flush(let id, let life, let flush, let file):
            guard nodes[id]?.life == life, nodes[id]?.quorum != nil else { return }
            try? nodes[id]?.disk.flush(file)
            let now = now
            step(id) { try $0.flushed(flush, .success(()), now: now) }
        case .append:
            append()
            post(.append, after: Int64.random(in: 1_000_000...200_000_000, using: &random))
        case .fault:
            if !areFaultsOver { causeFault() }
            post(.fault, after: Int64.random(in: 0...2 * meanFaultMilliseconds, using: &random) * 1_000_000)
        }
    }

    // MARK: Nodes

    private mutating func start(_ id: BrokerID) {
        var settings = QuorumSettings(nodeId: id, clusterID: "quorum", voters: voters)
        settings.fetchMaxBytes = fetchMaxBytes
        settings.fetchTimeout /= haste
        settings.electionTimeout /= haste
        settings.electionBackoffMax /= haste
        nodes[id]!.life += 1
        nodes[id]!.deadlineAt = .max
        nodes[id]!.checkedOffset = 0
        do {
            nodes[id]!.quorum = try MetadataQuorum(settings, disk: nodes[id]!.disk, seed: random.next(), now: now)
        } catch {
            violation = "\(id) does not start: \(error)"
        }
        schedule(id)
    }

    private mutating func kill(_ id: BrokerID, losingPower: Bool) {
        guard nodes[id]?.quorum != nil else { return }
        nodes[id]!.quorum = nil
        nodes[id]!.life += 1
        if losingPower {
            var random = random
            nodes[id]!.disk.losePower { _, unflushed in
                .init(changes: Int.random(in: 0...unflushed, using: &random), tornBytes: 0)
            }
            self.random = random
        } else {
            nodes[id]!.disk.kill()
        }
        for peer in voters where peer != id {
            let now = now
            step(peer) { try $0.peerReset(id, now: now) }
        }
    }

    private mutating func step(_ id: BrokerID, _ work: (inout MetadataQuorum) throws -> Void) {
        guard var quorum = nodes[id]?.quorum else { return }
        nodes[id]!.quorum = nil
        let end = quorum.log.endOffset
        var actions: [BrokerAction] = []
        do {
            try work(&quorum)
            try quorum.finish(now: now, into: &actions)
        } catch {
            violation = "\(id) failed: \(error)"
        }
        if quorum.log.endOffset < end { truncationCount += 1 }
        nodes[id]!.quorum = quorum
        check(id, quorum)
        for action in actions { perform(action, of: id) }
        schedule(id)
    }

    private mutating func schedule(_ id: BrokerID) {
        guard let node = nodes[id], let deadline = node.quorum?.nextDeadline?.monotonicNanoseconds,
            deadline < node.deadlineAt
        else { return }
        nodes[id]!.deadlineAt = deadline
        post(.deadline(id, life: node.life), after: max(0, deadline - now.monotonicNanoseconds))
    }

    private mutating func perform(_ action: BrokerAction, of id: BrokerID) {
        switch action {
        case .send(let peer, let frame):
            post(.frame(from: id, to: peer, frame), after: Int64.random(in: 50_000...4_000_000, using: &random))
        case .flush(let flush, let file):
            post(
                .flush(id, life: nodes[id]!.life, flush, file),
                after: Int64.random(in: 100_000...slowestFlush, using: &random))
        case .respond, .close, .emit, .tell, .mark, .stopped: violation = "\(id) did what a voter does not"
        }
    }

    private mutating func deliver(_ frame: PeerFrame, from: BrokerID, to: BrokerID) {
        if cuts.contains([from, to].sorted()) { return }
        guard nodes[to]?.quorum != nil else {
            let now = now
            return step(from) { try $0.peerReset(to, now: now) }
        }
        let now = now
        switch frame {
        case .request(let bytes):
            step(to) { quorum in
                var body = bytes
                let header = try RequestFrame.decodeHeader(from: &body)
                _ = try quorum.handle(Controller.Call(node: to, peer: from, header: header, body: body, now: now))
            }
        case .response(let parts): step(to) { try $0.answered(by: from, parts.joined(), now: now) }
        }
    }

    // MARK: Work and faults

    private mutating func append() {
        guard let leader = voters.filter({ nodes[$0]?.quorum?.mayDecide == true }).randomElement(using: &random) else {
            return
        }
        let records = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            nextValue += 1
            var record = ConfigRecord()
            record.value = "\(nextValue)"
            return MetadataRecord.config(record)
        }
        let now = now
        step(leader) { _ = try $0.append(records, now: now) }
    }

    private mutating func causeFault() {
        let id = voters.randomElement(using: &random)!
        switch Int.random(in: 0..<11, using: &random) {
        case 0, 1:
            if let leader = voters.first(where: { nodes[$0]?.quorum?.isLeader == true }) {
                kill(leader, losingPower: Bool.random(using: &random))
            }
        case 2: kill(id, losingPower: true)
        case 3: kill(id, losingPower: false)
        case 4:
            // The whole room loses power.
            for id in voters { kill(id, losingPower: true) }
            for id in voters where Bool.random(using: &random) { start(id) }
        case 5, 6:
            let other = voters.randomElement(using: &random)!
            if other != id { cuts.insert([id, other].sorted()) }
        case 7: cuts.removeAll()
        case 8:
            // The leader is alone, and what it writes stays with it.
            guard let leader = voters.first(where: { nodes[$0]?.quorum?.isLeader == true }) else { return }
            cuts.removeAll()
            for other in voters where other != leader { cuts.insert([leader, other].sorted()) }
        default: if nodes[id]?.quorum == nil { start(id) }
        }
    }

    // MARK: The oracle

    private mutating func check(_ id: BrokerID, _ quorum: MetadataQuorum) {
        if quorum.isLeader {
            if leaders[quorum.epoch] == nil { electionCount += 1 }
            if let other = leaders[quorum.epoch], other != id {
                violation = violation ?? "\(other) and \(id) both lead epoch \(quorum.epoch)"
            }
            leaders[quorum.epoch] = id
        }
        if let vote = quorum.state.vote {
            if let other = votes[id]?[quorum.epoch], other != vote {
                violation = violation ?? "\(id) voted for \(other) and \(vote) in epoch \(quorum.epoch)"
            }
            votes[id, default: [:]][quorum.epoch] = vote
        }
        checkCommitted(id, quorum)
    }

    private mutating func checkCommitted(_ id: BrokerID, _ quorum: MetadataQuorum) {
        var offset = nodes[id]!.checkedOffset
        guard offset < quorum.log.committedOffset else { return }
        do {
            let end = quorum.log.committedOffset
            while offset < end {
                let bytes = try quorum.log.read(from: offset, maxBytes: 1 << 20, upTo: end)
                for batch in try RecordBatches.all(in: bytes) {
                    for record in try batch.records() where record.offset >= offset {
                        note(id, record.offset, (batch.partitionLeaderEpoch, record.value ?? ByteBuffer()))
                    }
                    offset = batch.nextOffset
                }
                guard bytes.readableBytes > 0 else {
                    violation = violation ?? "\(id) lacks what is committed from \(offset) on"
                    return
                }
            }
        } catch {
            violation = violation ?? "\(id): \(error)"
        }
        nodes[id]!.checkedOffset = offset
    }

    private mutating func note(_ id: BrokerID, _ offset: Int64, _ entry: (epoch: Int32, value: ByteBuffer)) {
        let index = Int(offset)
        if index == committed.count {
            committed.append(entry)
        } else if index < committed.count, committed[index] != entry {
            violation = violation ?? "the committed entry at \(offset) is another one on \(id)"
        }
    }
}
