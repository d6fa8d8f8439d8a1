import KafkaProtocol
import Testing

@Suite struct RuleTests {
    @Test func `one rule is broken, only inside, and only there`() {
        // Simulations run side by side: a rule broken in one must hold in the others.
        #expect(Rule.canBeBroken)
        let broken = Rule.breaking(.electsWithinISR) { Rule.allCases.filter { !$0.holds } }
        #expect(broken == [.electsWithinISR])
        #expect(Rule.allCases.filter { !$0.holds }.isEmpty)
    }
}
