import DeliveryLedger
import KafkaCluster
import KafkaProtocol
import NIOCore
import Testing

@testable import ControlServer

/// What is written is JSON, always in the same order.
@Suite struct JSONTests {
    @Test func `fields keep their order and strings are escaped`() {
        // Scripts compare texts; a value of a record may hold anything.
        let value: JSONValue = [
            "b": 1, "a": [true, nil, "x\"\\\n\t\u{1}é"], "c": .number(0.5), "d": .number(.infinity), "e": [:],
        ]
        #expect(value.text == #"{"b":1,"a":[true,null,"x\"\\\n\t\u0001é"],"c":0.5,"d":null,"e":{}}"#)
    }

    @Test func `unknown is null, and so is no broker`() {
        // A zero would be a lie, and -1 a broker.
        let unknown: Int64? = nil
        #expect(unknown.json.text == "null")
        #expect(BrokerID.none.json.text == "null")
        #expect([BrokerID(1), 2].json.text == "[1,2]")
        #expect(UInt64.max.json.text == "9223372036854775807")
    }

    @Test func `a snapshot of which nothing is known is full of nulls`() throws {
        // Each field is there all the same, so that nobody has to ask whether it is.
        var snapshot = ClusterSnapshot(
            takenAt: Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 5), clusterID: "c")
        snapshot.topics = [
            .init(
                name: "orders", id: .zero, isInternal: false,
                partitions: [
                    .init(
                        index: 0, leader: nil, leaderEpoch: 3, isr: [2],
                        replicas: [.init(broker: 2, state: .offline, logEndOffset: nil)])
                ])
        ]
        #expect(
            SnapshotJSON.value(of: snapshot, GroupVerdicts()).text == """
                {"cluster.id":"c","at":5,"controller":null,"metadata.offset":null,"records.per.second":null,\
                "controllers":[],"brokers":[],"topics":[{"name":"orders","id":"\(Uuid.zero)","internal":false,\
                "partitions":[{"partition":0,"leader":null,"leader.epoch":3,"isr":[2],"log.start.offset":null,\
                "high.watermark":null,"log.end.offset":null,"bytes":null,\
                "replicas":[{"broker":2,"state":"offline","log.end.offset":null}]}]}],"groups":[],"faults":[]}
                """)
    }

    @Test func `a group tells how it fares, since when, and when each partition was committed`() {
        // A script must not read another verdict than the screen beside it.
        var place = ClusterSnapshot.GroupPartition(partition: TopicPartition(topic: "orders", partition: 0))
        (place.committed, place.committedAt, place.highWatermark) = (3, 5_000, 7)
        var snapshot = ClusterSnapshot(
            takenAt: Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 42_000), clusterID: "c")
        snapshot.groups = [.init(id: "billing", state: "Stable", members: nil, partitions: [place])]
        var verdicts = GroupVerdicts()
        verdicts.note(snapshot)
        #expect(
            SnapshotJSON.value(of: snapshot, verdicts).text.contains(
                """
                "lag":4,"verdict":"no commit","verdict.since":5000,"verdict.missing":null,\
                "members":null,\
                "partitions":[{"partition":"orders-0","member":null,"committed":3,"committed.at":5000,\
                "high.watermark":7,"log.end.offset":null,"lag":4,"verdict":"no commit","verdict.since":5000}]
                """))
        #expect(
            SnapshotJSON.value(of: snapshot, GroupVerdicts()).text.contains(
                #""verdict":null,"verdict.since":null,"verdict.missing":"0 of 10 commits were seen","members""#))
    }

    @Test func `a group that was hardly looked at has no verdict, and the reason`() {
        // A script read OK of a group that fell behind, after one look of a second.
        var place = ClusterSnapshot.GroupPartition(partition: TopicPartition(topic: "orders", partition: 0))
        var verdicts = GroupVerdicts()
        func looked(at second: Int64, lag: Int64) -> String {
            (place.committed, place.highWatermark) = (second * 10, second * 10 + lag)
            let at = Instant(monotonicNanoseconds: second * 1_000_000_000, wallClockMilliseconds: second * 1000)
            var snapshot = ClusterSnapshot(takenAt: at, clusterID: "c")
            snapshot.groups = [.init(id: "billing", state: "Stable", members: nil, partitions: [place])]
            verdicts.note(snapshot)
            return SnapshotJSON.value(of: snapshot, verdicts).text
        }
        _ = looked(at: 0, lag: 50)
        let second = looked(at: 1, lag: 51)
        #expect(second.contains(#""verdict":null,"verdict.since":null,"verdict.missing":"2 of 10 commits were seen""#))
        for later in 2..<9 { _ = looked(at: Int64(later), lag: 50 + Int64(later)) }
        #expect(looked(at: 9, lag: 59).contains(#""verdict":"slow","verdict.since":null,"verdict.missing":null"#))
        // That it has read all there is one look tells.
        verdicts = GroupVerdicts()
        #expect(looked(at: 10, lag: 0).contains(#""verdict":"OK","verdict.since":null,"verdict.missing":null"#))
    }

    @Test func `a loss tells how far its followers had come, and what of it is left out`() throws {
        // A list that ends without a word looks whole.
        var ledger = AcknowledgedRecords()
        let at = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 7)
        let orders = TopicPartition(topic: "orders", partition: 0)
        _ = ledger.acknowledged(
            AcknowledgedBatch(
                orders, topicID: .zero, 0...9, leaderEpoch: 1, acks: 1, by: 2, isr: [2, 1, 3],
                followers: [.init(1, logEndOffset: 0), .init(3, logEndOffset: nil)], highWatermark: 0, client: "shop",
                answer: AnswerNumber(connection: 1, number: 1), at: at))
        _ = ledger.led(
            orders,
            by: LeaderLog(topicID: .zero, leader: 1, leaderEpoch: 2, logEndOffset: 0, knownFrom: 0, epochs: []), at: at)
        let loss = LedgerJSON.value(of: try #require(ledger.losses.first)).text
        #expect(loss.contains(#""followers":[{"broker":1,"log.end":0},{"broker":3,"log.end":null}]"#))
        #expect(
            loss.contains(#""acknowledgements.left.out":0"#) && loss.contains(#""records":[],"records.left.out":0"#))
    }

    @Test func `an event tells its sort, its words and its fields`() {
        // Words are for people; a test asserts on fields.
        let event = ClusterEvent.node(
            .init(
                at: Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 7), node: 101,
                kind: .leaderElected(
                    TopicPartition(topic: "orders", partition: 0), leader: .none, previous: 1, leaderEpoch: 4, isr: [1],
                    unclean: false)))
        #expect(
            EventJSON.value(of: event, id: 3).text == """
                {"id":3,"kind":"election","at":7,"text":"orders-0 has no leader: nobody in sync is up · epoch 4",\
                "event":"leader.elected","partition":"orders-0","leader":null,"previous.leader":1,"leader.epoch":4,\
                "isr":[1],"unclean":false,"node":101}
                """)
    }
}
