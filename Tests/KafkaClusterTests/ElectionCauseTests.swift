import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@Suite struct ElectionCauseTests {
    private func text(_ cause: ElectionCause?) -> String {
        let at = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)
        return EventSummary(.node(BrokerEvent(at: at, node: 102, kind: .controllerElected(epoch: 5, because: cause))))
            .text
    }

    @Test func `an election of controllers tells why it came, as far as the elected knows`() {
        // A change of controllers that nobody asked for is a riddle without its cause.
        #expect(text(nil) == "Controller 102 is active (epoch 5)")
        #expect(
            text(.silence(of: 101, .milliseconds(2000), late: .milliseconds(3)))
                == "Controller 102 is active (epoch 5): 101 was silent for 2,000 ms")
        #expect(
            text(.silence(of: 101, .milliseconds(2000), late: .milliseconds(1700)))
                == "Controller 102 is active (epoch 5): 101 was silent for 2,000 ms, held up itself for 1,700 ms")
        #expect(text(.resignation(of: 101)) == "Controller 102 is active (epoch 5): 101 gave leadership up")
    }
}
