import KafkaProtocol
import Simulator
import Testing

@Suite struct ClientFetchSessionTests {
    @Test func `the answer to a fetch from before a reset does not bring the session back`() {
        // Else the broker would not repeat the high watermark of a partition that came back, and its reader would never
        // know that it has read all (seed 1471).
        var session = ClientFetchSession(broker: 1)
        session.asked([])
        session.answered(id: 7)
        #expect(session.epoch == 1)
        session.asked([])
        session.reset()
        session.answered(id: 7)
        #expect(session.epoch == 0)
        session.asked([])
        session.answered(id: 8)
        #expect(session.epoch == 1)
    }
}
