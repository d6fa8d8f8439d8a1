import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// What `q` does to a cluster whose records go with it.
@Suite struct EndingTests {
    @Test func `q asks once where the records go with the cluster`() {
        // A finger that slips from 1 must not delete what one has looked at for an hour.
        for key in [KeyChord("y"), KeyChord(.enter)] {
            var session = Session()
            session.makeEphemeral()
            #expect(session.type("q") == [])
            #expect(
                session.shows("End klamm's own cluster?") && session.shows("records of 4 topics go"), "\(session)")
            #expect(session.shows("enter ends it · esc stays"))
            #expect(session.type("x") == [], "no other key means yes")
            #expect(session.key(.escape) == [] && session.model.overlay == nil)
            session.type("q")
            #expect(session.type("q") == [] && session.model.overlay == nil, "q goes back, here too")
            session.type("q")
            #expect(session.send(.key(key)) == [.quit])
        }
    }

    @Test func `records that nobody can count now are asked about too`() {
        // Who has killed every broker of a topic has not thrown its records away yet.
        var session = Session()
        session.makeEphemeral()
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.topics.removeAll { $0.name != "orders" }
        for index in snapshot.topics[0].partitions.indices { snapshot.topics[0].partitions[index].logEndOffset = nil }
        session.send(.snapshot(snapshot))
        #expect(session.type("q") == [])
        #expect(session.shows("It is ephemeral: an unknown number of records of 1"), "\(session)")
        session.key(.escape)
        var other = Fixture.snapshot(step: 61)
        other.topics.removeAll { $0.isInternal }
        let index = other.topics.firstIndex { $0.name == "orders" }!
        other.topics[index].partitions[0].logEndOffset = nil
        session.send(.snapshot(other))
        session.type("q")
        #expect(session.shows("It is ephemeral: at least "), "\(session)")
    }

    @Test func `what is typed to end it, an empty cluster, and another's are not asked about`() {
        // A question that is always asked is not read.
        var session = Session()
        session.makeEphemeral()
        #expect(session.send(.key(.control("c"))) == [.quit])
        session.press("topics.palette")
        session.type("q")
        #expect(session.key(.enter) == [.quit])
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.topics.removeAll { !$0.isInternal }
        session.send(.snapshot(snapshot))
        #expect(session.type("q") == [] && session.model.overlay == nil)
        #expect(session.type("q") == [.quit])
        session = Session()
        session.makeEphemeral()
        session.attach(Console.Attachment(name: "staging"))
        session.type("q")
        #expect(session.type("q") == [.quit])
    }

    @Test func `q leaves only at the root, esc never`() {
        // A key too many on the way back must not end a cluster.
        var session = Session()
        session.press("topics.move-down", "topics.open")
        #expect(session.type("q") == [])
        #expect(session.model.place == .topics)
        #expect(session.key(.escape) == [])
        #expect(session.type("q") == [])
        #expect(session.toast == "This is the topmost view. q once more leaves klamm and ends its cluster")
        // Whoever does something else wants to stay.
        session.press("topics.move-down")
        #expect(session.toast == "" && session.type("q") == [])
        #expect(session.type("q") == [.quit])
        session = Session()
        session.attach(Console.Attachment(name: "staging"))
        session.type("q")
        #expect(session.toast == "This is the topmost view. q once more leaves klamm; the cluster goes on")
        // After a while one has forgotten.
        session.send(.tick((session.model.now ?? Fixture.start) + .seconds(5)))
        #expect(session.type("q") == [])
    }
}
