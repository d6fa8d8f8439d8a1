import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// How a group fares, as its screens say it.
@Suite struct GroupVerdictTests {
    @Test func `a group tells since when, by the clock or by the day`() {
        // Of two partitions that have stopped the first counts.
        var session = Session(columns: 200, rows: 60)
        session.press("topics.groups", "groups.move-down")
        #expect(session.selectedRow.contains("<14:02:33"), "\(session)")
        session.press("groups.open")
        #expect(session.shows("✗ stopped since <14:02:33"), "\(session)")
        session = Session()
        session.press("topics.groups", "groups.move-down", "groups.open")
        #expect(session.shows("✗ stopped since <14:02:33"), "\(session)")
        let time = Fixture.start.wallClockMilliseconds
        #expect(WallClock.short(time, now: time + 86_400_000) == "11-21 14:02")
    }

    /// Ten commits five seconds apart, and then none: as after auto-commit was switched off.
    static func fallSilent(_ session: inout Session) {
        for second in stride(from: 0, through: 45, by: 5) {
            session.send(.snapshot(snapshot(committedAt: second, second)))
        }
        session.send(.snapshot(snapshot(committedAt: 45, 82)))
        session.press("topics.groups", "groups.move-down")
    }

    private static func snapshot(committedAt committed: Int, _ second: Int) -> ClusterSnapshot {
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.takenAt = Fixture.instant(seconds: 100 + Double(second))
        // A group that has no past in these sessions.
        snapshot.groups[1].id = "invoices"
        snapshot.workload?.groups[0].settings.group = "invoices"
        for index in snapshot.groups[1].partitions.indices {
            snapshot.groups[1].partitions[index].position = Int64(10_050 + second)
            snapshot.groups[1].partitions[index].logEndOffset = Int64(10_052 + second)
            snapshot.groups[1].partitions[index].committed = Int64(10_000 + committed)
            snapshot.groups[1].partitions[index].highWatermark = Int64(10_050 + second)
            snapshot.groups[1].partitions[index].committedAt =
                Fixture.instant(seconds: 100 + Double(committed)).wallClockMilliseconds
        }
        return snapshot
    }

    @Test func `a group that commits no more says for how long, on each screen`() {
        // For forty seconds a user read OK beside a lag that grew.
        for size in GoldenTests.sizes {
            var session = Session(columns: size.columns, rows: size.rows)
            Self.fallSilent(&session)
            #expect(session.selectedRow.contains("◐ no commit 37 s"), "\(session)")
            session.press("groups.open")
            #expect(session.shows("◐ no commit for 37 s"), "\(session)")
            #expect(session.selectedRow.contains("◐ no commit 37 s"), "\(session)")
            #expect(!session.shows("● OK"), "\(session)")
        }
    }

    @Test func `the time goes on though nothing else changes`() {
        // A picture comes only when the cluster looks otherwise: a verdict by the time alone would never be seen.
        var session = Session()
        Self.fallSilent(&session)
        let next = session.model.nextTick
        #expect(next != nil)
        for second in 1...8 { session.send(.tick(Fixture.instant(seconds: 182 + Double(second)))) }
        #expect(session.selectedRow.contains("no commit 45 s"), "\(session)")
        session.send(.tick(Fixture.instant(seconds: 191)))
        #expect(session.selectedRow.contains("✗ stopped"), "\(session)")
    }
}
