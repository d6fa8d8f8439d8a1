import Testing

@testable import KafkaBroker

@Suite struct BrokerControlStateTests {
    private func next(
        _ state: BrokerControlState, fence: Bool = false, stop: Bool = false, caughtUp: Bool = true,
        leads: Bool = false, othersKnow: Bool = false
    ) -> BrokerControlState {
        state.next(
            .init(
                wantsFence: fence, wantsShutDown: stop, isCaughtUp: caughtUp, leadsPartitions: leads,
                othersKnowOfShutdown: othersKnow))
    }

    // The table above the type, row by row.
    @Test func `heartbeats move a broker by the table`() {
        #expect(next(.fenced, stop: true) == .shutdownNow)
        #expect(next(.fenced, fence: true) == .fenced)
        #expect(next(.fenced, caughtUp: false) == .fenced)
        #expect(next(.fenced) == .unfenced)
        #expect(next(.unfenced, fence: true, stop: true) == .shutdownNow)
        #expect(next(.unfenced, fence: true) == .fenced)
        #expect(next(.unfenced, stop: true, leads: true) == .controlledShutdown)
        #expect(next(.unfenced, stop: true) == .shutdownNow)
        #expect(next(.unfenced, caughtUp: false) == .unfenced)
        #expect(next(.controlledShutdown, stop: true, leads: true, othersKnow: true) == .controlledShutdown)
        #expect(next(.controlledShutdown, stop: true) == .controlledShutdown)
        #expect(next(.controlledShutdown, stop: true, othersKnow: true) == .shutdownNow)
        #expect(next(.shutdownNow) == .shutdownNow)
    }
}
