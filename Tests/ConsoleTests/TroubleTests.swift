import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// What the console says and offers while a part of the cluster is out of service without being down.
@Suite struct TroubleTests {
    private func orders(_ change: (inout ClusterSnapshot) -> Void) -> Session {
        var session = Session(columns: 120, rows: 40)
        session.press("topics.filter")
        session.type("orders")
        session.key(.enter)
        session.press("topics.open")
        var snapshot = Fixture.snapshot(step: 61)
        snapshot.brokers[1].state = .running
        change(&snapshot)
        session.send(.snapshot(snapshot))
        return session
    }

    @Test func `a broker without its log directory is offered a restart`() {
        // It runs, and serves nothing until it is started anew: a healed disk alone brings nothing back.
        var session = orders { $0.brokers[1].logDirectoryFailure = "write: No space left on device" }
        session.press("topic.faults")
        #expect(session.shows("Restart broker 2: its log directory is offline"))
        session.type("G")
        #expect(session.key(.enter) == [.inject(.restart(2))])
        #expect(session.press("topic.restart") == [.inject(.restart(2))])
        #expect(session.press("topic.heal") == [.inject(.restart(2))])
        session.press("topic.brokers")
        #expect(session.shows("log directory offline"))
    }

    @Test func `no topic is made or deleted while no controller can be elected, and the form says why`() {
        // The request would wait ten seconds for nobody, and end in librdkafka's own words.
        var session = orders { snapshot in
            snapshot.controller = nil
            snapshot.controllers = [101, 102, 103].map { .init(id: $0, isUp: $0 == 101, isActive: false) }
        }
        session.press("topic.topics", "topics.create-topic")
        session.type("new")
        #expect(session.key(.enter) == [])
        #expect(session.shows("! No controller is active: 2 of 3 controllers are down. Esc, then H heals"))
        #expect(session.model.takesText)
        session.key(.escape)
        session.press("topics.delete-topic")
        session.type(session.shows("Delete orders") ? "orders" : "__consumer_offsets")
        #expect(session.key(.enter) == [])
        #expect(session.shows("! No controller is active"))
    }

    @Test func `a topic is asked for while the controllers elect one of them`() {
        // An election takes a second, and brokers wait for it.
        var session = orders { snapshot in
            snapshot.controller = nil
            snapshot.controllers = [101, 102, 103].map { .init(id: $0, isUp: $0 != 101, isActive: false) }
        }
        session.press("topic.topics", "topics.create-topic")
        session.type("new")
        #expect(session.key(.enter).count == 1)
    }

    @Test func `what was broken is no longer said once it is over, or something else was done`() {
        // "Killed broker 1" stood there after its restart.
        func killed() -> Session {
            var session = orders { _ in }
            session.press("topic.brokers", "brokers.kill")
            #expect(session.toast.hasPrefix("Killed broker 1"))
            session.send(.cluster(.fault(.kill(1), at: Fixture.instant(seconds: 61))))
            #expect(session.toast.hasPrefix("Killed broker 1"), "that is it")
            return session
        }
        let over: [ClusterEvent] = [
            .fault(.restart(1), at: Fixture.instant(seconds: 62)),
            .fault(.freeze(3), at: Fixture.instant(seconds: 62)),
            .node(BrokerEvent(at: Fixture.instant(seconds: 62), node: 101, kind: .brokerUnfenced(1))),
        ]
        for event in over {
            var session = killed()
            session.send(.cluster(event))
            #expect(session.toast == "", "\(event)")
        }
        var session = killed()
        session.send(
            .cluster(.node(BrokerEvent(at: Fixture.instant(seconds: 62), node: 101, kind: .brokerUnfenced(3)))))
        #expect(session.toast.hasPrefix("Killed broker 1"), "another one")
    }

    @Test(arguments: [
        (
            ClusterNotice.directoryStaysOffline(2),
            "Broker 2 keeps its log directory offline until it is restarted: restart 2"
        ),
        (.controllerReturned(102), "Controller 102 is the active one: topics and elections go on"),
    ])
    func `what concerns the whole cluster is told in a sentence`(notice: ClusterNotice, text: String) {
        // The event list is where people look when something does not come back.
        var session = Session(columns: 120, rows: 40)
        session.send(.cluster(.notice(notice, at: Fixture.instant(seconds: 61))))
        #expect(session.shows(text))
    }
}
