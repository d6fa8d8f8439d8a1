import KafkaCluster
import KafkaProtocol
import Testing

@Suite struct ControllerWatchTests {
    private let start = Instant(monotonicNanoseconds: 0, wallClockMilliseconds: 0)

    private func controllers(up: [BrokerID], active: BrokerID?) -> [ClusterSnapshot.ControllerNode] {
        [101, 102, 103].map { .init(id: $0, isUp: up.contains($0), isActive: $0 == active) }
    }

    private func frozen(_ ids: BrokerID...) -> [FaultState.ActiveFault] {
        ids.map { .init(fault: .freeze($0), since: start, until: nil) }
    }

    @Test func `the loss of a majority and its end are told once each`() {
        // Whoever wonders why no topic can be made finds it among the events.
        var watch = ControllerWatch()
        #expect(watch.look(at: controllers(up: [101, 102, 103], active: 101), faults: [], now: start) == nil)
        // Not while the one that is left still believes to lead.
        #expect(watch.look(at: controllers(up: [101], active: 101), faults: [], now: start) == nil)
        guard
            case .controllersLost(let outage)? =
                watch.look(at: controllers(up: [101], active: nil), faults: [], now: start)
        else {
            Issue.record("nothing was said")
            return
        }
        #expect(outage.reason == "2 of 3 controllers are down" && !outage.hasMajority)
        #expect(watch.look(at: controllers(up: [101], active: nil), faults: [], now: start) == nil)
        #expect(watch.look(at: controllers(up: [101, 102], active: nil), faults: [], now: start) == nil)
        #expect(
            watch.look(at: controllers(up: [101, 102], active: 102), faults: [], now: start)
                == .controllerReturned(102))
        #expect(watch.look(at: controllers(up: [101, 102], active: 102), faults: [], now: start) == nil)
    }

    @Test func `a majority that is gone before the first look is lost as well`() {
        // A script may break a cluster the moment it has started.
        var watch = ControllerWatch()
        #expect(watch.look(at: controllers(up: [101], active: nil), faults: [], now: start) != nil)
    }

    @Test func `an election is no outage, unless it does not end`() {
        // The next controller is there in a second; behind cut links it never is.
        var watch = ControllerWatch()
        _ = watch.look(at: controllers(up: [101, 102, 103], active: 101), faults: [], now: start)
        let electing = controllers(up: [102, 103], active: nil)
        #expect(watch.look(at: electing, faults: [], now: start + .seconds(1)) == nil)
        #expect(watch.look(at: controllers(up: [102, 103], active: 103), faults: [], now: start + .seconds(2)) == nil)
        #expect(watch.look(at: electing, faults: [], now: start + .seconds(3)) == nil)
        #expect(watch.look(at: electing, faults: [], now: start + .milliseconds(7900)) == nil)
        guard case .controllersLost(let outage)? = watch.look(at: electing, faults: [], now: start + .seconds(8)) else {
            Issue.record("nothing was said")
            return
        }
        #expect(outage.reason == "the 3 controllers have not elected one")
    }

    @Test func `a frozen controller decides nothing, though it believes to`() {
        // It answers nobody until it thaws.
        let up = controllers(up: [101, 102, 103], active: 101)
        #expect(ControllerOutage(of: up, faults: frozen(102)) == nil)
        #expect(ControllerOutage(of: up, faults: frozen(101))?.hasMajority == true)
        let outage = ControllerOutage(of: up, faults: frozen(101, 103))
        #expect(outage?.reason == "2 of 3 controllers are down or frozen" && outage?.hasMajority == false)
    }
}
