import KafkaCluster
import Testing

struct WorkFailuresTests {
    @Test func `an error rate of nothing never fails, of one always`() {
        // The ends of the scale.
        var failures = WorkFailures(seed: 1, member: 1)
        for _ in 0..<100 { #expect(failures.attempt(rate: 0, .retry) == .done) }
        for _ in 0..<100 { #expect(failures.attempt(rate: 1, .swallow) == .swallowed) }
    }

    @Test func `a record goes to the dead letters at its nth failure`() {
        // And the next record begins to count anew.
        var failures = WorkFailures(seed: 1, member: 1)
        let handling = ErrorHandling.deadLetter(topic: "dead", failures: 3)
        for _ in 0..<2 {
            #expect(failures.attempt(rate: 1, handling) == .again)
            #expect(failures.attempt(rate: 1, handling) == .again)
            #expect(failures.attempt(rate: 1, handling) == .deadLetter(topic: "dead", failures: 3))
        }
    }

    @Test func `the same seed fails the same attempts, another member others`() {
        // A scenario can be played again.
        func run(member: Int) -> [WorkFailures.Verdict] {
            var failures = WorkFailures(seed: 7, member: member)
            return (0..<200).map { _ in failures.attempt(rate: 0.3, .retry) }
        }
        #expect(run(member: 1) == run(member: 1))
        #expect(run(member: 1) != run(member: 2))
        #expect((40...80).contains(run(member: 1).count { $0 == .again }))
    }
}
