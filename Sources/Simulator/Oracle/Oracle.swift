import KafkaBroker
import KafkaCluster
import KafkaProtocol
import KafkaStorage
import NIOCore

/// Watches a cluster from outside and computes by itself what is committed; throws as soon as a promise of Kafka's does not hold.
///
/// A pure value beside the brokers: it mirrors their logs from what is written to their disks (`LogMirror`), reads ISRs and
/// leaders from the metadata log that controllers serve (`MetadataMirror`), and compares with both what brokers answer. Where
/// Kafka promises nothing (acks=1, records that were never committed, old leaders that have not heard yet), it keeps silent;
/// where a promise may end (unclean elections, a sole in-sync replica that lost its disk), it names the loss.
///
/// | file            | promises                                                                                   |
/// |-----------------|--------------------------------------------------------------------------------------------|
/// | Commitment      | what is told as committed was held by all of the maximal ISR; followers' logs match          |
/// | LossRule        | what is committed is lost only by name                                                     |
/// | Serving         | the high watermark never goes back; consumers get committed records; old epochs are fenced |
/// | Sequences       | no repeat, gap or reordering per producer id and epoch                                     |
/// | Groups          | commits are replicated, never forgotten, and refused from old generations                  |
/// | RaftPromises    | one leader an epoch, one vote an epoch, committed metadata never changes                   |
/// | Elections       | leaders come from the ISR; the ISR grows only by who has everything                        |
/// | Convergence     | at the end all replicas are in sync and alike, and everything acknowledged is there        |
package struct Oracle: Sendable {
    package internal(set) var counts = OracleCounts()
    package internal(set) var losses: [NamedLoss] = []

    var now = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
    var partitions: [PartitionWatch] = []
    var partitionIndices: [TopicPartition: Int] = [:]
    var metadata: MetadataMirror
    var raft: RaftWatch
    var groups = GroupWatch()
    var clients = ClientLedger()
    var exchanges: [ExchangeKey: Exchange] = [:]
    var paths: [String: Place] = [:]
    /// Bytes were flipped on some disk: what is copied is looked at more closely.
    var hasFlips = false
    /// Nodes whose disks have lost something, and the broker epoch in which they had it still.
    var forgetful: [BrokerID: Int64] = [:]
    /// Nodes that have begun a life.
    var started: [BrokerID] = []
    var unsettled: [(replica: Int, partition: Int)] = []
    /// Elections outside the ISR that an administrator has asked for, and until when that may take effect.
    var uncleanWishes: [TopicPartition: Instant] = [:]
    var anyUncleanWish: Instant?

    package init(configuration: StaticConfiguration, controllers: [BrokerID]) {
        metadata = MetadataMirror(configuration: configuration)
        raft = RaftWatch(controllers: controllers)
    }

    package mutating func observe(_ observation: Observation, now: Instant) throws(Violation) {
        self.now = now
        if !unsettled.isEmpty, observation.mayFollowRemoval == false { settleRemovals() }
        switch observation {
        case .started(let id):
            // The first start of a node is no restart.
            if started.contains(id) { counts.add(fault: "restart") } else { started.append(id) }
        case .ended(let node, let powerLost, let wiped): ended(node, powerLost: powerLost, wiped: wiped)
        case .holds(let node, let files): found(files, on: node)
        case .fault(let fault): noteFault(fault)
        case .disk(let node, let change): try changed(change, on: node)
        case .flipped(let node, let path, let offset): flipped(path, at: offset, on: node)
        case .late: counts.add(.lateRequests)
        case .request(let from, let to, let frame): try asked(from, to, frame)
        case .response(let from, let to, let frame): try answered(by: from, to: to, frame)
        case .refused(let error): counts.add(error)
        // It works without the brokers' word.
        case .answered, .stepped, .promised, .told: break
        case .event(let event): try noteEvent(event)
        case .client(let note): try clientNoted(note)
        }
    }

    mutating func watch(_ id: TopicPartition) -> Int {
        if let index = partitionIndices[id] { return index }
        partitions.append(PartitionWatch(id))
        partitionIndices[id] = partitions.count - 1
        return partitions.count - 1
    }

    private mutating func noteFault(_ fault: Fault) {
        switch fault {
        // A restart is counted when a node starts again, not when it is asked for.
        case .heal, .restart: return
        default: break
        }
        counts.add(fault: Self.kind(of: fault))
    }

    private static func kind(of fault: Fault) -> String {
        switch fault {
        case .kill: "kill"
        case .powerLoss: "power loss"
        case .freeze: "freeze"
        case .thaw: "thaw"
        case .restart: "restart"
        case .stop: "stop"
        case .wipe: "wipe"
        case .link(let link): "link \(word(link.effect))"
        case .request(let request): "request \(word(request.outcome))"
        case .disk(let disk): "disk \(word(disk.effect))"
        case .clockSkew: "clock skew"
        case .heal: "heal"
        case .healAll: "heal all"
        }
    }

    /// The name of an enum's case without its values.
    private static func word<Value>(_ value: Value) -> String {
        let text = "\(value)"
        return String(text.prefix { $0 != "(" })
    }

    private mutating func noteEvent(_ event: BrokerEvent) throws(Violation) {
        switch event.kind {
        case .leadershipBegan(let id, let epoch, let start):
            guard let partition = partitionIndices[id], !partitions[partition].isForeign(event.node),
                let index = partitions[partition].leadership(epoch: epoch),
                partitions[partition].leaderships[index].leader == event.node,
                !partitions[partition].leaderships[index].hasBegun
            else { return }
            try begin(index, of: partition, at: start)
        case .logTruncated(let id, let from, let to):
            counts.add(.truncations)
            // What its leader has retired a follower skips, and it may have to begin earlier than it did; a log without
            // records is seen on no disk, nor is an end without a record before it.
            cut(id, on: event.node, from: from, to: to)
        case .logRecovered(_, _, let bytesCut): if bytesCut > 0 { counts.add(.recoveredLogs) }
        default: break
        }
    }
}

extension Observation {
    /// It may come between the removal of segments and the arrival of the one that is made from them.
    fileprivate var mayFollowRemoval: Bool {
        guard case .disk(_, let change) = self else { return false }
        switch change {
        case .renamed, .removed, .flushed, .replaced: return true
        case .wrote, .truncated: return false
        }
    }
}
