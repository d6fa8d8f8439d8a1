import KafkaCluster
import KafkaProtocol

@testable import Console

extension Fixture {
    static let journeyPlace = TopicPartition(topic: "orders", partition: 1)

    private static func micro(_ microseconds: Int64) -> Instant {
        instant(seconds: 39.2) + .microseconds(microseconds)
    }

    private static func facts(offset: Int64) -> JourneyFacts {
        var facts = JourneyFacts(snapshot: snapshot(step: 60))
        (facts.partition, facts.offset) = (journeyPlace, offset)
        return facts
    }

    private static func sending(_ reportedAt: Int64, acks: Acks, offset: Int64) -> SendTrace {
        var sending = SendTrace(name: "orders-k3x-1:7001", topic: "orders", acks: acks, sent: micro(0))
        sending.buffered = micro(11)
        sending.report = .acknowledged(journeyPlace, offset: offset)
        sending.reportedAt = micro(reportedAt)
        return sending
    }

    /// acks=all, copied by both, read by one group that has not committed it, and not by another.
    static var journey: RecordJourney {
        var facts = facts(offset: 12_350)
        facts.sending = sending(2_240, acks: .all, offset: 12_350)
        var leader = ReplicaTrace()
        leader.written = .init(moment: Moment(micro(890)), leaderEpoch: 6, acks: -1)
        leader.passed = Moment(micro(2_010))
        leader.answer = .init(moment: Moment(micro(2_060)), acks: -1)
        var (second, third) = (ReplicaTrace(), ReplicaTrace())
        second.written = .init(moment: Moment(micro(1_400)), leaderEpoch: 6, acks: nil)
        third.written = .init(moment: Moment(micro(1_910)), leaderEpoch: 6, acks: nil)
        facts.replicas = [(3, leader), (1, third), (2, second)]
        var billing = GroupTrace(group: "billing")
        billing.polls = [.init(moment: Moment(micro(103_400)), member: 1)]
        billing.works = [.init(moment: Moment(from: micro(104_000), to: micro(1_804_000)), outcome: .done)]
        facts.groups = [billing]
        return RecordJourney(facts)
    }

    /// Broker 2 acknowledged it alone and was killed; broker 3 leads without it.
    static var lostJourney: RecordJourney {
        var facts = facts(offset: 12_400)
        facts.loss = loss
        facts.sending = sending(1_300, acks: .leader, offset: 12_400)
        var leader = ReplicaTrace()
        leader.written = .init(moment: Moment(micro(900)), leaderEpoch: 6, acks: 1)
        leader.answer = .init(moment: Moment(micro(930)), acks: 1)
        leader.drop = .init(reason: .truncated, at: instant(seconds: 47))
        var next = ReplicaTrace()
        next.leads = [.init(leaderEpoch: 7, logEndOffset: 12_400, at: instant(seconds: 41.31))]
        facts.replicas = [(1, ReplicaTrace()), (2, leader), (3, next)]
        facts.groups = [GroupTrace(group: "billing")]
        return RecordJourney(facts)
    }
}
