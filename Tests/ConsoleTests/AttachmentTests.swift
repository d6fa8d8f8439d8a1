import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

/// The console over a cluster that klamm did not start.
@Suite struct AttachmentTests {
    private func attached(
        mayWrite: Bool = false, faults: Set<FaultDeed> = [], columns: Int = 120, rows: Int = 40
    ) -> Session {
        var session = Session(columns: columns, rows: rows)
        session.attach(
            Console.Attachment(name: "staging", address: "kafka-1:9092", mayWrite: mayWrite, faults: faults))
        return session
    }

    @Test func `the header says for good that it is read-only`() {
        // Somebody else's cluster: one must see at any time what a key can do.
        var session = attached(columns: 80, rows: 24)
        #expect(session.shows("◆ read-only"), "\(session)")
        session.press("topics.brokers")
        #expect(session.shows("◆ read-only"), "\(session)")
        session = attached(mayWrite: true, columns: 80, rows: 24)
        #expect(session.shows("! WRITING"), "\(session)")
        #expect(!session.shows("read-only"), "\(session)")
    }

    @Test func `another cluster at the same address is read-only until it is allowed`() {
        // The leave to write, and what was about to be confirmed, was for the first.
        var session = attached(mayWrite: true)
        session.press("topics.delete-topic")
        #expect(session.model.overlay != nil)
        var other = Fixture.snapshot(step: 61)
        let before = other.clusterID
        other.clusterID = "another-cluster"
        session.send(.snapshot(other))
        #expect(session.model.overlay == nil && session.shows("◆ read-only"), "\(session)")
        #expect(session.toast.contains("another-cluster, no longer \(before)"), "\(session.toast)")
        #expect(session.press("topics.produce").isEmpty && session.toast.contains("read-only until :write"))
    }

    @Test func `what changes the cluster is refused with the reason`() {
        // Silence would be taken for a slow cluster.
        var session = attached()
        for (action, reason) in [
            ("produce", "read-only until :write"), ("create-topic", "read-only until :write"),
            ("delete-topic", "read-only until :write"), ("move-replicas", "read-only until :write"),
            ("elect-preferred", "read-only until :write"), ("toggle-producer", "read-only until :write"),
            ("kill", "takes commands in klamm.toml"), ("faults", "takes commands in klamm.toml"),
            ("scenarios", "start klamm without attach"),
        ] {
            #expect(session.press("topics.\(action)").isEmpty)
            #expect(session.toast.contains(reason), "\(action): \(session.toast)")
            #expect(session.model.overlay == nil)
        }
        session.press("topics.brokers")
        #expect(session.press("brokers.add-broker").isEmpty)
        #expect(session.toast.contains("who runs this cluster"), "\(session.toast)")
    }

    @Test func `a setting that may not be changed is not waited for`() {
        // The editor said for ever that it was asking the brokers.
        var session = attached()
        TopicConfigTests.open(&session)
        session.press("configs.open")
        #expect(session.model.overlay != nil)
        session.type("3")
        session.key(.enter)
        #expect(session.toast.contains("read-only until :write"), "\(session.toast)")
        #expect(session.model.overlay == nil)
    }

    @Test func `what cannot be done is grey, and told by its brackets too`() {
        // Without colours grey is not seen.
        let session = attached()
        #expect(session.shows("(p)"), "\(session)")
        #expect(session.shows("(K)"), "\(session)")
        #expect(session.shows("<r>"), "\(session)")
        let own = Session(columns: 120, rows: 40)
        #expect(own.shows("<p>") && !own.shows("(p)"), "\(own)")
    }

    @Test func `palette and help say why`() {
        // Whoever looks an action up wants to know what it takes.
        var session = attached()
        session.press("topics.palette")
        session.type("produce")
        #expect(session.shows("read-only until :write"), "\(session)")
        session.key(.escape)
        session.press("topics.help")
        #expect(session.shows("breaking this cluster takes commands in klamm.toml"), "\(session)")
    }

    @Test func `what is true of klamm's own cluster alone is not said of another`() {
        // Whoever reads that the cluster stops with klamm does not dare to leave.
        var session = attached(faults: [.kill])
        session.press("topics.help")
        session.key(.end)
        #expect(session.shows("Leave klamm; the cluster goes on"), "\(session)")
        #expect(!session.shows("embedded"), "\(session)")
        session.key(.escape)
        session = attached(mayWrite: true, faults: [.kill])
        session.press("topics.help")
        #expect(session.shows("Kill the partition's leader, by the command in klamm.toml"), "\(session)")
        session.key(.escape)
        // Nor are stories offered that are played on another.
        session.press("topics.palette")
        session.type("scenario")
        let items = session.model.paletteItems("scenario")
        #expect(!items.contains { if case .scenario = $0.target { true } else { false } })
        #expect(
            Session().model.paletteItems("scenario").contains { if case .scenario = $0.target { true } else { false } })
    }

    @Test func `an empty view of faults or clients promises no key that is refused`() {
        // "f breaks something" is a dare where nothing can be broken.
        func empty(_ session: inout Session) {
            var snapshot = Fixture.snapshot(step: 60)
            snapshot.brokers[1].state = .running
            snapshot.workload = WorkloadSnapshot()
            session.send(.snapshot(snapshot))
        }
        var session = attached(columns: 80, rows: 24)
        empty(&session)
        session.press("topics.view-faults")
        #expect(
            session.shows("Every broker answers; breaking this cluster takes commands in klamm.toml."), "\(session)")
        session.press("faults.clients")
        #expect(session.shows("P on a topic would start one: read-only until :write."), "\(session)")
        session = attached(faults: [.kill])
        empty(&session)
        session.press("topics.view-faults")
        #expect(session.shows("Every broker answers; read-only until :write."), "\(session)")
        session = attached(mayWrite: true, faults: [.kill])
        empty(&session)
        session.press("topics.view-faults")
        #expect(session.shows("Every broker answers. f breaks something."), "\(session)")
        session.press("faults.clients")
        #expect(session.shows("Select a topic, and P starts a producer."), "\(session)")
    }

    @Test func `a broker that does not answer is among what is broken`() {
        // The cluster lists it still: without it the view would say that all is well.
        var session = attached()
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.brokers[1].state = .unreachable
        session.send(.cluster(.notice(.brokerUnreachable(2), at: Fixture.instant(seconds: 50))))
        session.send(.snapshot(snapshot))
        session.press("topics.view-faults")
        #expect(session.selectedRow.contains("does not answer") && session.selectedRow.contains("Broker 2"))
        #expect(session.selectedRow.contains("14:03:23.120") && session.selectedRow.contains("not from here"))
    }

    @Test func `:write allows it, and every change needs its name typed`() {
        // The wrong window, the wrong cluster, a slip of the hand.
        var session = attached()
        session.press("topics.palette")
        session.type("write")
        session.key(.enter)
        #expect(session.shows("! WRITING"), "\(session)")
        session.press("topics.create-topic")
        session.type("audit")
        #expect(session.key(.enter).isEmpty)
        #expect(session.shows("Create topic audit on staging"), "\(session)")
        session.type("audi")
        #expect(session.key(.enter).isEmpty)
        #expect(session.shows("that is not audit"), "\(session)")
        session.type("t")
        #expect(
            session.key(.enter) == [.createTopic(TopicDraft(name: "audit", partitions: nil, replicationFactor: nil))])
        session.press("topics.palette")
        session.type("write")
        session.key(.enter)
        #expect(session.shows("◆ read-only"), "\(session)")
    }

    @Test func `a confirmation repeats all that is to be done, and where`() {
        // A name alone can be typed by who has picked the wrong brokers, or the wrong cluster.
        var session = attached(mayWrite: true)
        let place = "The cluster is staging at kafka-1:9092."
        session.press("topics.create-topic")
        session.type("audit")
        session.key(.tab)
        session.type("12")
        session.key(.enter)
        #expect(session.shows("It gets 12 partitions, as many replicas as the brokers'"), "\(session)")
        #expect(session.shows("staging at kafka-1:9092."), "\(session)")
        session.key(.escape)
        session.press("topics.move-down", "topics.delete-topic")
        #expect(session.shows("It has 3 partitions and 1,040,078 records. \(place)"), "\(session)")
        session.key(.escape)
        session.press("topics.move-replicas")
        session.type("3,1")
        session.key(.enter)
        #expect(session.shows("orders-0 to 3, 1 · orders-1 to 1, 3 · orders-2 to 3, 1."), "\(session)")
        session.key(.escape)
        session.press("topics.open", "topic.move-replicas")
        session.send(.key(.control("u")))
        session.type("3,1")
        session.key(.enter)
        #expect(session.shows("They go from brokers"), "\(session)")
        #expect(session.shows("to 3, 1, the first to be the preferred leader."), "\(session)")
        session.key(.escape)
        session.press("topic.produce")
        session.key(.tab)
        session.type("hello")
        session.key(.enter)
        #expect(session.shows("To the partition that the client chooses: no key, value hello."), "\(session)")
        session.key(.escape)
        session.press("topic.configs")
        session.send(.answer(.configs(TopicConfigTests.picture)))
        session.press("configs.open")
        session.send(.key(.control("u")))
        session.type("1")
        session.key(.enter)
        #expect(session.shows("It is 2 now. \(place)"), "\(session)")
    }

    @Test func `a deletion is confirmed once, not twice`() {
        // Its form asks for the name already.
        var session = attached(mayWrite: true)
        session.press("topics.top", "topics.delete-topic")
        guard case .form(let form)? = session.model.overlay, case .deleteTopic(let name) = form.purpose else {
            Issue.record("no form")
            return
        }
        session.type(name)
        #expect(session.key(.enter) == [.deleteTopic(name)])
    }

    @Test func `a confirmation that is left does nothing`() {
        // And says nothing of a deed that was not done.
        var session = attached(mayWrite: true)
        session.press("topics.top", "topics.toggle-producer")
        #expect(session.shows("Start a producer"), "\(session)")
        #expect(session.toast.isEmpty)
        #expect(session.key(.escape).isEmpty)
        #expect(session.model.overlay == nil)
        #expect(session.toast.isEmpty)
    }

    @Test func `the user's own commands break what klamm cannot`() {
        // The same keys as on klamm's own cluster, with a typed id.
        var session = attached(mayWrite: true, faults: [.kill])
        session.press("topics.brokers", "brokers.top", "brokers.kill")
        #expect(session.shows("Kill 1 on staging"), "\(session)")
        session.type("1")
        #expect(session.key(.enter) == [.inject(.kill(1))])
        #expect(session.toast.contains("Killed broker 1") && !session.toast.contains("R restarts it"), "no command")
        // For a stop there is no command.
        #expect(session.press("brokers.stop").isEmpty)
        #expect(session.toast.contains("stop-broker"), "\(session.toast)")
        #expect(session.shows("(S)") && session.shows("<K>"), "\(session)")
        session.press("brokers.faults")
        #expect(session.shows("Kill broker"), "\(session)")
        #expect(!session.shows("Freeze"), "\(session)")
        session = attached(mayWrite: true, faults: [.kill, .restart])
        session.press("topics.brokers", "brokers.top", "brokers.kill")
        session.type("1")
        session.key(.enter)
        #expect(session.toast.contains("R restarts it"), "\(session.toast)")
    }

    @Test func `old data is said to be old`() {
        // Frozen figures look like a quiet cluster.
        var session = attached()
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.heardAt = snapshot.takenAt
        session.send(.snapshot(snapshot))
        #expect(!session.shows("s old"))
        snapshot.takenAt = snapshot.takenAt + .seconds(12)
        session.send(.snapshot(snapshot))
        #expect(session.shows("12 s old"), "\(session)")
        // Nor are controllers said to be gone because nobody answers.
        snapshot.controller = nil
        snapshot.controllers = []
        session.send(.snapshot(snapshot))
        #expect(session.shows("nobody tells who decides"), "\(session)")
    }

    /// Partitions, replicas, how many are short of one, and how many have no leader.
    private func figures(_ session: Session) -> [Substring] {
        Array(session.selectedRow.split(separator: " ").drop { $0 != "orders" }.dropFirst().prefix(4))
    }

    @Test func `what nobody is left to tell is unknown`() {
        // A cluster that is gone has no topic of which a replica is known to be in sync.
        var session = attached(columns: 200, rows: 60)
        session.press("topics.move-down")
        #expect(!figures(session).contains("?"), "\(session)")
        Self.loseSight(&session)
        #expect(figures(session) == ["3", "3", "?", "?"], "\(session)")
        session.press("topics.groups")
        #expect(session.shows("Nobody answers who could tell of groups."), "\(session)")
        #expect(!session.shows("no consumer group"), "\(session)")
    }

    /// No broker answers any more, as an attached cluster that is gone looks.
    static func loseSight(_ session: inout Session) {
        session.attach(Console.Attachment(name: "staging"))
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.heardAt = snapshot.takenAt + .seconds(-9)
        (snapshot.controller, snapshot.controllers, snapshot.groups) = (nil, [], [])
        for index in snapshot.brokers.indices {
            snapshot.brokers[index].state = .unreachable
            snapshot.brokers[index].logBytes = nil
        }
        for topic in snapshot.topics.indices {
            for index in snapshot.topics[topic].partitions.indices {
                var partition = snapshot.topics[topic].partitions[index]
                (partition.highWatermark, partition.logEndOffset, partition.sizeInBytes) = (nil, nil, nil)
                for replica in partition.replicas.indices {
                    partition.replicas[replica].state = .offline
                    partition.replicas[replica].logEndOffset = nil
                }
                snapshot.topics[topic].partitions[index] = partition
            }
        }
        snapshot.workload = nil
        snapshot.recordsPerSecond = nil
        session.send(.snapshot(snapshot))
    }

    @Test func `what happened before klamm looked is not said to be nothing`() {
        // The cluster may have been burning for an hour.
        var session = Session(empty: Size(columns: 80, rows: 24))
        session.attach(Console.Attachment(name: "staging"))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        #expect(session.shows("Nothing has happened since klamm began to look."), "\(session)")
    }

    @Test func `what was seen from outside is timed to the second, what klamm did to the millisecond`() {
        // Between two looks there is a second; klamm's own command has its moment.
        var session = Session(empty: Size(columns: 120, rows: 40))
        session.attach(Console.Attachment(name: "staging"))
        session.send(.snapshot(Fixture.snapshot(step: 0)))
        let at = Fixture.snapshot(step: 0).takenAt
        session.send(.cluster(.notice(.brokerUnreachable(2), at: at)))
        session.send(.cluster(.fault(.kill(2), at: at)))
        session.press("topics.events")
        let time = WallClock.time(at.wallClockMilliseconds)
        #expect(session.shows("Seen"), "\(session)")
        #expect(session.shows("\(time.prefix(8))      ■ broker"), "\(session)")
        #expect(session.shows("\(time)  ✗ fault"), "\(session)")
    }

    @Test func `a broker that answers late is marked, and its old figures are muted`() {
        var session = Session(empty: Size(columns: 120, rows: 40))
        session.attach(Console.Attachment(name: "staging"))
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.brokers[0].lateSince = snapshot.takenAt + .seconds(-2)
        session.send(.snapshot(snapshot))
        session.press("topics.open")
        #expect(session.shows("Broker 1…") && !session.shows("Broker 3…"), "\(session)")
        session.press("topic.brokers")
        #expect(session.shows("answers late"), "\(session)")
    }

    @Test func `a node that is broker and controller stands in the list once`() {
        // Apache Kafka's combined mode; two rows of one id could not be told apart.
        var session = attached()
        var snapshot = Fixture.snapshot(step: 60)
        snapshot.controllers = [1, 2, 3].map { .init(id: $0, isUp: true, isActive: $0 == 1) }
        snapshot.controller = 1
        session.send(.snapshot(snapshot))
        session.press("topics.brokers")
        #expect(session.shows("Brokers(all)[\(snapshot.brokers.count)]"), "\(session)")
        #expect(session.shows("running · controller") && session.shows("● Broker 1"), "\(session)")
    }

    @Test func `that there is no group is said only where somebody has told so`() {
        // Of a broker that may not list them, or does not know how, the console said that there is none.
        var session = attached()
        var snapshot = Fixture.snapshot(step: 60)
        (snapshot.groups, snapshot.groupsAreTold) = ([], false)
        session.send(.snapshot(snapshot))
        session.press("topics.groups")
        #expect(session.shows("Not every broker has told which groups there are."), "\(session)")
        snapshot.groupsAreTold = true
        session.send(.snapshot(snapshot))
        #expect(session.shows("There is no consumer group."), "\(session)")
    }

    @Test func `what is on the screen is asked for first`() {
        // Of ten thousand partitions forty are seen.
        var session = attached()
        #expect(session.model.interest.topics.contains("orders"))
        #expect(session.model.interest.groups.isEmpty)
        session.press("topics.groups")
        #expect(session.model.interest.groups.contains("billing"))
        #expect(session.model.interest.topics.contains("orders"))
        session.press("groups.events")
        #expect(session.model.interest == ClusterSurvey.Interest())
    }

    @Test func `that no broker answers stands among what happened, whatever one looks at`() {
        // A group's screen was empty, as if all were well.
        var session = Session(columns: 120, rows: 40)
        session.press("topics.groups", "groups.open")
        #expect(session.model.place.view == .group)
        session.send(.cluster(.notice(.brokerUnreachable(3), at: Fixture.instant(seconds: 91))))
        session.send(.cluster(.notice(.clusterUnreachable, at: Fixture.instant(seconds: 92))))
        #expect(session.shows("No broker answers any more"), "\(session)")
        #expect(session.shows("Broker 3 does not answer"), "its coordinator may be one of them")
        var snapshot = Fixture.snapshot(step: 92)
        for index in snapshot.brokers.indices { snapshot.brokers[index].state = .unreachable }
        snapshot.groups = []
        session.send(.snapshot(snapshot))
        #expect(session.shows("Nobody tells of group audit-nightly now"), "\(session)")
        #expect(!session.shows("is gone"), "\(session)")
        session.press("group.groups")
        #expect(session.shows("No broker answers any more"), "\(session)")
    }
}
