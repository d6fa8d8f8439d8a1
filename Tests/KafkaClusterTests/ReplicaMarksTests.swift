import KafkaBroker
import KafkaProtocol
import Testing

@testable import KafkaCluster

@Suite struct ReplicaMarksTests {
    private let orders = TopicPartition(topic: "orders", partition: 0)
    private let id = Uuid(high: 1, low: 1)

    private func at(_ milliseconds: Int64) -> Instant {
        Instant(monotonicNanoseconds: milliseconds * 1_000_000, wallClockMilliseconds: 1_000_000 + milliseconds)
    }

    @Test func `a record that its only holder truncated is traced to the cut`() {
        // The story that klamm is made for: acknowledged by one, led on by another, and cut.
        var marks = ReplicaMarks()
        marks.note(.appended(0...4, leaderEpoch: 1, acks: 1), of: orders, id, at: at(10))
        marks.answered(
            Acknowledgement(
                partition: orders, topicID: id, firstOffset: 0, lastOffset: 4, leaderEpoch: 1, acks: 1, isr: [1],
                followers: [], highWatermark: 0, clientId: ""), at: at(11))
        marks.note(.truncated(2..<5), of: orders, id, at: at(90))
        marks.note(.copied(2...9, leaderEpoch: 2), of: orders, id, at: at(95))
        let lost = marks.trace(of: orders, offset: 3, leaderEpoch: 1)
        #expect(lost.written == .init(moment: Moment(at(10)), leaderEpoch: 1, acks: 1))
        #expect(lost.answer == .init(moment: Moment(at(11)), acks: 1))
        #expect(lost.drop == .init(reason: .truncated, at: at(90)))
        let kept = marks.trace(of: orders, offset: 1, leaderEpoch: nil)
        #expect(kept.written?.leaderEpoch == 1 && kept.drop == nil)
        // What stands at the same offset now is another record.
        let newer = marks.trace(of: orders, offset: 3, leaderEpoch: nil)
        #expect(newer.written == .init(moment: Moment(at(95)), leaderEpoch: 2, acks: nil))
        #expect(newer.drop == nil && newer.answer == nil)
    }

    @Test func `a log that was there before the marks is not taken for one without the record`() {
        // After a restart of klamm a follower that was wiped copies old records: only it has marks of them, and the leader, which
        // has had them all the time, must not read as one that led without.
        let firsts: [LogMark] = [
            .led(leaderEpoch: 5, logEndOffset: 9), .appended(9...9, leaderEpoch: 5, acks: 1),
            .copied(9...9, leaderEpoch: 5), .truncated(2..<9), .passed(0..<9, leaderEpoch: 5),
        ]
        for first in firsts {
            var marks = ReplicaMarks()
            marks.note(first, of: orders, id, at: at(1))
            marks.note(.appended(10...10, leaderEpoch: 5, acks: 1), of: orders, id, at: at(2))
            #expect(marks.trace(of: orders, offset: 3, leaderEpoch: 4).isForgetful, "\(first)")
            #expect(!marks.trace(of: orders, offset: 10, leaderEpoch: nil).isForgetful, "\(first)")
        }
    }

    @Test func `a deleted topic's marks make room`() {
        // A lab whose tests make ever new names runs for days.
        var marks = ReplicaMarks()
        marks.note(.appended(0...4, leaderEpoch: 0, acks: -1), of: orders, id, at: at(10))
        marks.note(.deleted, of: orders, Uuid(high: 2, low: 2), at: at(20))
        #expect(marks.trace(of: orders, offset: 3, leaderEpoch: nil).written != nil, "that of another life")
        marks.note(.deleted, of: orders, id, at: at(20))
        #expect(marks.trace(of: orders, offset: 3, leaderEpoch: nil) == ReplicaTrace())
    }

    @Test func `a topic of the same name begins anew`() {
        // Its offsets mean something else.
        var marks = ReplicaMarks()
        marks.note(.appended(0...4, leaderEpoch: 0, acks: -1), of: orders, id, at: at(10))
        marks.note(.led(leaderEpoch: 0, logEndOffset: 0), of: orders, Uuid(high: 2, low: 2), at: at(20))
        #expect(marks.trace(of: orders, offset: 3, leaderEpoch: nil) == ReplicaTrace())
    }

    @Test func `the high watermark counts from the record's own epoch on, and only later leaders are told`() {
        // A record of epoch 2 was not passed by what epoch 1 committed at the same offset.
        var marks = ReplicaMarks()
        marks.note(.led(leaderEpoch: 1, logEndOffset: 0), of: orders, id, at: at(1))
        marks.note(.passed(0..<9, leaderEpoch: 1), of: orders, id, at: at(10))
        marks.note(.appended(5...5, leaderEpoch: 2, acks: -1), of: orders, id, at: at(30))
        marks.note(.led(leaderEpoch: 4, logEndOffset: 5), of: orders, id, at: at(40))
        let trace = marks.trace(of: orders, offset: 5, leaderEpoch: nil)
        #expect(trace.passed == nil)
        #expect(trace.leads == [.init(leaderEpoch: 4, logEndOffset: 5, at: at(40))])
        marks.note(.passed(5..<6, leaderEpoch: 4), of: orders, id, at: at(50))
        #expect(marks.trace(of: orders, offset: 5, leaderEpoch: nil).passed == Moment(at(50)))
    }

    @Test func `what passes in a truncated record's place does not count for it`() {
        // A leader that comes back to lead commits another record at the same offset.
        var marks = ReplicaMarks()
        marks.note(.appended(5...5, leaderEpoch: 0, acks: 1), of: orders, id, at: at(10))
        marks.note(.truncated(5..<6), of: orders, id, at: at(40))
        marks.note(.copied(5...5, leaderEpoch: 1), of: orders, id, at: at(50))
        marks.note(.passed(5..<6, leaderEpoch: 2), of: orders, id, at: at(60))
        #expect(marks.trace(of: orders, offset: 5, leaderEpoch: 0).passed == nil)
        #expect(marks.trace(of: orders, offset: 5, leaderEpoch: 1).passed == Moment(at(60)))
    }

    @Test func `old marks lose exactness before they are forgotten, and the newest stay exact`() {
        // Memory is bounded; a time that is known to the second an hour later is worth keeping.
        var (list, room) = (MarkList(), MarkRoom())
        for index in 0..<400_000 as Range<Int64> {
            list.add(OffsetMark(offsets: index..<(index + 1), moment: Moment(at(index * 10)), tag: 3), in: &room)
        }
        #expect(list.marks.count <= 16_384 && list.marks.count == room.used && !list.isCut)
        for offset: Int64 in [0, 1, 5_000, 99_000, 390_000, 399_998] {
            let mark = list.first(of: offset)
            let moment = mark?.moment ?? Moment(at(-1))
            #expect(moment.from <= at(offset * 10) && at(offset * 10) <= moment.to)
            #expect(moment.to - moment.from <= .seconds(63))
        }
        #expect(list.last(of: 399_990)?.moment.isExact == true)
    }

    @Test func `what cannot be merged is forgotten, the oldest first`() {
        // A partition whose leader changes all the time must not grow without bound.
        var (list, room) = (MarkList(), MarkRoom())
        for index in 0..<20_000 as Range<Int64> {
            list.add(
                OffsetMark(offsets: index..<(index + 1), moment: Moment(at(index)), tag: Int32(index)), in: &room)
        }
        #expect(list.marks.count <= 16_384 && list.isCut)
        #expect(list.first(of: 0) == nil && list.first(of: 19_999) != nil)
    }

    @Test func `many partitions share the room`() {
        // Ten thousand partitions must not take ten thousand times the memory of one.
        var room = MarkRoom()
        var lists = [MarkList](repeating: MarkList(), count: 2_000)
        for index in 0..<200 as Range<Int64> {
            for list in lists.indices {
                lists[list].add(
                    OffsetMark(offsets: index..<(index + 1), moment: Moment(at(index)), tag: Int32(index)), in: &room)
            }
        }
        #expect(room.used == lists.reduce(0) { $0 + $1.marks.count })
        #expect(room.used <= 65_536 + 64 * lists.count, "\(room.used)")
        #expect(lists.allSatisfy { $0.last(of: 199) != nil })
    }
}
