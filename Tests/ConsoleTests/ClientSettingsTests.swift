import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct ClientSettingsTests {
    @Test func `a toast names the key that does something here`() {
        // P starts a producer of the topic that one looks at, and in the list of groups there is none.
        var session = Session(columns: 120, rows: 40)
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.workload?.producers = []
        session.send(.snapshot(snapshot))
        session.press("topics.groups", "groups.cycle-acks")
        #expect(session.toast == "No producer runs here · P on a topic starts one")
        session.press("groups.topics", "topics.move-down", "topics.cycle-acks")
        #expect(session.toast == "No producer runs here · P starts one")
        // Without auto-commit nothing is committed on the way out.
        session.press("topics.toggle-consumers")
        #expect(session.toast == "Stopping the consumers of billing; they leave · C starts them again")
    }

    @Test func `auto-commit of a group that is stopped is said to be for its next start`() {
        // "It reads on" was said of consumers that had left.
        var session = Session(columns: 120, rows: 40)
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.workload?.groups[0].isRunning = false
        session.send(.snapshot(snapshot))
        #expect(session.press("topics.toggle-auto-commit") == [.client(.setAutoCommit(group: "billing", true))])
        #expect(session.toast.hasPrefix("Auto-commit of billing is on from its next start:"), "\(session.toast)")
        snapshot.workload?.groups[0].settings.enableAutoCommit = true
        session.send(.snapshot(snapshot))
        session.press("topics.toggle-auto-commit")
        #expect(
            session.toast
                == "Auto-commit of billing is off from its next start: it will read, and commit nothing · a turns it on"
        )
    }

    @Test func `the strip counts the members that are there`() {
        // Two members of a group that is empty would look for their lag in vain.
        var session = Session(columns: 120, rows: 40)
        #expect(session.shows("billing  2 members"), "\(session)")
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.groups[1].members?.removeLast()
        session.send(.snapshot(snapshot))
        #expect(session.shows("billing  1 of 2 members"), "\(session)")
        snapshot.groups[1].members = []
        snapshot.workload?.groups[0].isRunning = false
        session.send(.snapshot(snapshot))
        #expect(session.shows("■ billing  stopped"), "\(session)")
    }

    private func client(_ session: inout Session, _ setting: String) {
        session.press("topics.clients", "clients.open", "client.filter")
        session.type(setting)
        session.key(.enter)
    }

    @Test func `a setting is changed in its row while the producer runs, and nothing else changes`() {
        // The point of the view: turn one knob, and watch.
        var session = Session(columns: 120, rows: 40)
        client(&session, "linger")
        session.press("client.open")
        #expect(session.shows("takes a whole number from 0 to 900000"))
        session.type("250")
        var settings = ProducerSettings(topic: "orders", recordsPerSecond: 50)
        settings.lingerMilliseconds = 250
        #expect(session.key(.enter) == [.client(.changeProducer(settings))])
        #expect(session.toast == "linger.ms of producer orders is 250 now")
    }

    @Test func `what is wrong is said at the field, which stays open`() {
        // A typing error must not cost what was typed.
        var session = Session(columns: 120, rows: 40)
        client(&session, "linger")
        session.press("client.open")
        session.key(.right)
        session.type("x")
        #expect(session.key(.enter) == [])
        #expect(session.shows("! takes a whole number from 0 to 900000, not \"5x\"."))
        session.key(.backspace)
        #expect(!session.shows("! "))
        session.key(.escape)
        #expect(session.model.overlay == nil)
    }

    @Test func `tab goes through the words of a setting that takes no others`() {
        // Nobody should have to know them by heart.
        var session = Session(columns: 120, rows: 40)
        client(&session, "acks")
        session.press("client.open")
        session.key(.tab)
        session.key(.tab)
        var settings = ProducerSettings(topic: "orders", recordsPerSecond: 50)
        settings.acks = .leader
        #expect(session.key(.enter) == [.client(.changeProducer(settings))])
    }

    @Test func `a setting that stays as it was is no change`() {
        // A change to the same would restart clients for nothing.
        var session = Session(columns: 120, rows: 40)
        client(&session, "linger")
        session.press("client.open")
        #expect(session.key(.enter) == [])
        #expect(session.model.overlay == nil)
    }

    @Test func `every setting of both kinds of clients has a sentence`() {
        // A name alone explains nothing.
        for name in ProducerSettings.names {
            #expect(ProducerSettings.facts(name)?.purpose.hasSuffix(".") == true, "\(name)")
        }
        for name in ConsumerSettings.names {
            #expect(ConsumerSettings.facts(name)?.purpose.hasSuffix(".") == true, "\(name)")
        }
    }

    @Test func `the choices of a setting are words that it takes`() throws {
        // Tab must not offer what is then refused.
        var settings = ClientSettings.producer(ProducerSettings(topic: "orders", recordsPerSecond: 50))
        for name in settings.names {
            for choice in settings.facts(name)?.choices ?? [] {
                try settings.set(name, to: choice)
                #expect(settings.value(name) == choice)
            }
        }
        var group = ClientSettings.group(ConsumerSettings(group: "billing", topics: ["orders"]))
        for name in group.names {
            for choice in group.facts(name)?.choices ?? [] {
                try group.set(name, to: choice)
                #expect(group.value(name) == choice)
            }
        }
    }

    @Test func `C stops the group of the row, and starts it again with the settings that it had`() {
        // Without it a group could never be emptied from the console.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.clients", "clients.move-down")
        #expect(session.press("clients.toggle-consumers") == [.client(.stopGroup("billing"))])
        var snapshot = Fixture.snapshot(step: 61)
        snapshot.workload?.groups[0].isRunning = false
        session.send(.snapshot(snapshot))
        let settings = snapshot.workload?.groups[0].settings ?? ConsumerSettings(topics: [])
        #expect(session.press("clients.toggle-consumers") == [.client(.startGroup(settings))])
    }

    @Test func `C on a topic that nobody of klamm's reads starts a reader`() {
        // A producer without a consumer shows no lag.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.move-down", "topics.move-down")
        #expect(
            session.press("topics.toggle-consumers")
                == [.client(.startGroup(ConsumerSettings(group: "payments-readers", topics: ["payments"])))])
    }
}
