import DeliveryLedger
import KafkaProtocol
import Testing

/// A history stays as small as it is told to, and what it forgets it counts.
@Suite struct HistoryBoundsTests {
    @Test func `settled records become counts, and what is odd among them is kept`() throws {
        var script = HistoryScript(mostRecords: 10_000)
        for number in 0..<50_000 {
            script.sends("a\(number)", at: Int64(number))
            // One that nobody ever reads, though all after it are.
            if number == 5 { continue }
            script.reads("a\(number)", at: Int64(number), group: "billing")
            script.processes("a\(number)")
            if number == 7 { script.processes("a7") }
        }
        script.commits(50_000)
        let verdict = script.history.verdict()
        #expect(verdict.attempted == 50_000)
        #expect(verdict.acknowledged == 50_000)
        #expect(HistoryScript.names(verdict[.lostWrite]) == ["a5"])
        let group = try #require(verdict.groups.first)
        #expect(group.processedOnce == 49_998)
        #expect(group.processedMoreThanOnce.count == 1)
        #expect(HistoryScript.names(group.committedPast) == ["a5"])
        #expect(verdict.unjudged == 0)
    }

    @Test func `what is processed once more long afterwards is counted`() throws {
        var script = HistoryScript(mostRecords: 10_000)
        for number in 0..<30_000 {
            script.sends("a\(number)", at: Int64(number))
            script.reads("a\(number)", at: Int64(number), group: "billing")
            script.processes("a\(number)")
        }
        script.processes("a3")
        let group = try #require(script.group())
        #expect(group.processedOnce == 30_000)
        #expect(group.processedLate == 1)
    }

    @Test func `a group that comes when much has become counts is judged by what it does`() throws {
        var script = HistoryScript(mostRecords: 10_000)
        for number in 0..<50_000 {
            script.sends("a\(number)", at: Int64(number))
            script.reads("a\(number)", at: Int64(number), group: "billing")
            script.processes("a\(number)")
        }
        for number in 45_000..<90_000 {
            if number >= 50_000 {
                script.sends("a\(number)", at: Int64(number))
                script.reads("a\(number)", at: Int64(number), group: "billing")
                script.processes("a\(number)")
            }
            script.processes("a\(number)", by: "audit")
        }
        script.commits(90_000)
        script.commits(90_000, by: "audit")
        let audit = try #require(script.group("audit"))
        #expect(audit.processedOnce == 45_000)
        #expect(audit.processedMoreThanOnce.count == 0)
        // Of those that were still to be judged when it came, it has gone past the ones before its first.
        #expect(audit.committedPast.count < 10_000)
        #expect(try #require(script.group()).processedOnce == 90_000)
    }

    @Test func `where nobody reads, the oldest are only counted in the end`() {
        var script = HistoryScript(mostRecords: 10_000)
        for number in 0..<100_000 { script.sends("a\(number)", at: Int64(number)) }
        let verdict = script.history.verdict()
        #expect(verdict.attempted == 100_000)
        #expect(verdict.unjudged > 0)
        #expect(verdict.unjudged + verdict[.unseen].count == 100_000)
    }

    @Test func `absurd numbers are not kept`() {
        // They come from records that anybody may have written.
        var script = HistoryScript()
        script.reads("a-1", at: 0)
        script.reads("a0", at: .max)
        script.reads("a0", at: -5)
        #expect(script.history.verdict().attempted == 0)
    }
}
