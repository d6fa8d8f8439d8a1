import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Testing

@testable import Console

@Suite struct UpdateTests {
    private func orders() -> Session {
        var session = Session()
        session.press("topics.move-down", "topics.open")
        return session
    }

    // MARK: Faults

    @Test func `K kills the leader of the selected partition, and the toast says who and how to undo it`() {
        // The one key that klamm is about.
        var session = orders()
        #expect(session.press("topic.move-down", "topic.kill") == [.inject(.kill(3))])
        #expect(session.toast == "Killed broker 3, the leader of orders-1 · R restarts it")
        #expect(session.shows("✗ Killed broker 3"))
    }

    @Test func `K aims at the leader as it is, not as a held picture shows it`() {
        // After a pause the leader may have moved; the wrong broker would be killed.
        var session = orders()
        session.press("topic.pause")
        var snapshot = Fixture.snapshot(step: 61)
        snapshot.topics[2].partitions[0].leader = 3
        session.send(.snapshot(snapshot))
        #expect(session.press("topic.kill") == [.inject(.kill(3))])
    }

    @Test func `a leader that has just died is seen before the controller names another`() {
        // For a second and a half it leads on paper, and nobody can write.
        var session = orders()
        var snapshot = Fixture.snapshot(step: 61)
        snapshot.topics[2].partitions = [
            Fixture.partition(
                0, leader: 2, epoch: 4, isr: [1, 2, 3], end: 10,
                replicas: [(1, .inSync, 10), (2, .offline, nil), (3, .inSync, 10)])
        ]
        session.send(.snapshot(snapshot))
        #expect(session.selectedRow.contains("✗ 0"))
        snapshot.brokers[1].state = .waitingForSession(milliseconds: 1173)
        session.send(.snapshot(snapshot))
        session.press("topic.brokers")
        #expect(session.shows("◌ Broker 2") && session.shows("waits 1,173 ms for session"))
    }

    @Test func `K on a partition without a leader hits nobody`() {
        // The old leader is dead already.
        var session = Session()
        session.press("topics.open")
        #expect(session.press("topic.kill") == [])
        #expect(session.toast == "audit-0 has no leader: there is nobody to kill")
    }

    @Test func `K among brokers kills the selected one, and among groups the coordinator`() {
        // The same key, aimed by what is on the screen.
        var session = Session()
        session.press("topics.brokers")
        #expect(session.press("brokers.kill") == [.inject(.kill(1))])
        #expect(session.press("brokers.move-down", "brokers.kill") == [])
        #expect(session.toast == "Broker 2 is down already · R restarts it")
        #expect(session.press("brokers.bottom", "brokers.kill") == [.inject(.kill(101))])
        session.press("brokers.groups")
        #expect(session.press("groups.move-down", "groups.kill") == [.inject(.kill(1))])
        #expect(session.toast.contains("the coordinator of billing"))
    }

    @Test func `a broker's own screen leads to its partitions, and K there means that broker`() {
        // Whoever looks at a broker wants to hit that broker.
        var session = Session()
        session.press("topics.brokers", "brokers.bottom", "brokers.open")
        #expect(session.model.place == .brokers, "a controller holds no replicas")
        session.press("brokers.top", "brokers.open", "broker.filter")
        session.type("lagging")
        session.key(.enter)
        #expect(session.shows("orders-1") && session.shows("3,071"))
        #expect(session.press("broker.kill") == [.inject(.kill(1))])
        session.press("broker.open")
        #expect(session.model.place == .topic("orders"))
        #expect(session.model.screen.list.selected == .partition(TopicPartition(topic: "orders", partition: 1)))
    }

    @Test func `pasted text goes into fields and presses no keys`() {
        // Somebody's clipboard may well contain a K.
        var session = orders()
        #expect(session.send(.pasted("KKRq:q\n")) == [])
        #expect(session.model.place == .topic("orders"))
        session.press("topic.produce")
        session.key(.tab)
        session.send(.pasted("{\n  \"id\": 1\n}"))
        #expect(
            session.key(.enter) == [
                .produce(RecordDraft(topic: "orders", partition: nil, key: nil, value: Array("{\n  \"id\": 1\n}".utf8)))
            ])
    }

    @Test func `R restarts what is down, and says so when nothing is`() {
        // It must never restart a broker that runs.
        var session = orders()
        #expect(session.press("topic.restart") == [.inject(.restart(2))])
        var healthy = Fixture.snapshot(step: 61)
        healthy.brokers[1].state = .running
        session.send(.snapshot(healthy))
        #expect(session.press("topic.restart") == [])
        #expect(session.toast == "Nothing is down")
        healthy.controllers[0].isUp = false
        healthy.brokers[0].state = .down
        session.send(.snapshot(healthy))
        #expect(session.press("topic.heal") == [.inject(.restart(101)), .inject(.restart(1))])
    }

    @Test func `the menu of faults offers what is possible for each node`() {
        // A dead broker cannot be killed, a live one not restarted.
        var session = orders()
        session.press("topic.faults")
        #expect(session.shows("Kill broker 1, the leader of orders-0"))
        #expect(session.shows("Restart broker 2"))
        #expect(!session.shows("Kill broker 2"))
        for _ in 0..<4 { session.type("j") }
        #expect(session.selectedRow.contains("Cut broker 1 off from all other nodes"))
        // One cut, so that one fault is counted and ended.
        #expect(session.key(.enter) == [.inject(.link(LinkFault(.node(1), .nodes, .cut)))])
        #expect(session.model.overlay == nil)
    }

    @Test func `faults that go on are counted, and end one by one or all at once`() {
        // What nobody sees nobody heals.
        var session = orders()
        let fault = Fault.disk(DiskFault(3, .full))
        var broken = Fixture.snapshot(step: 61)
        broken.brokers[1].state = .running
        broken.faults = [.init(fault: fault, since: Fixture.instant(seconds: 61), until: nil)]
        session.send(.snapshot(broken))
        #expect(session.shows("1 fault"))
        session.press("topic.faults")
        // Below, so that the faults keep their places, and seen from the first.
        #expect(session.selectedRow.contains("Kill") && session.shows("End: disk 3 full"))
        session.type("G")
        #expect(session.key(.enter) == [.inject(.heal(fault))])
        #expect(session.press("topic.heal") == [.inject(.healAll)])
    }

    @Test func `preferred leaders are asked for where others lead`() {
        // Only partitions that would change.
        var session = orders()
        #expect(
            session.press("topic.elect-preferred")
                == [.electPreferredLeaders([TopicPartition(topic: "orders", partition: 1)])])
    }

    // MARK: Clients

    @Test func `a switches auto-commit of the group that reads the topic`() {
        // Seen from the topic as well as from the group.
        var session = orders()
        #expect(session.press("topic.toggle-auto-commit") == [.client(.setAutoCommit(group: "billing", true))])
        session.press("topic.groups")
        session.press("groups.top")
        #expect(session.press("groups.toggle-auto-commit") == [])
        #expect(session.toast == "audit-nightly is not klamm's own: only its clients can switch their auto-commit")
    }

    @Test func `A goes through acks, P stops the producer and starts one where there is none`() {
        // Each shown in words, for who does not know acks by heart.
        var session = orders()
        #expect(session.press("topic.cycle-acks") == [.client(.setAcks(topic: "orders", .leader))])
        #expect(session.toast == "acks=1 for orders: the leader alone has a record before it counts")
        #expect(session.press("topic.toggle-producer") == [.client(.stopProducer(topic: "orders"))])
        session.press("topic.topics", "topics.move-down")
        #expect(
            session.press("topics.toggle-producer")
                == [.client(.startProducer(ProducerSettings(topic: "payments", recordsPerSecond: 50)))])
        session.press("topics.bottom")
        #expect(session.press("topics.toggle-producer") == [])
        #expect(session.toast == "__consumer_offsets is internal: only brokers write to it")
    }

    // MARK: Forms

    @Test func `a record is written from the form`() {
        // Topic from the screen, no partition chosen, no key: what most people want.
        var session = orders()
        session.press("topic.produce")
        session.key(.tab)
        session.type("hello")
        #expect(
            session.key(.enter) == [
                .produce(RecordDraft(topic: "orders", partition: nil, key: nil, value: Array("hello".utf8)))
            ])
        session.send(.outcome(.produced(TopicPartition(topic: "orders", partition: 2), offset: 12_345)))
        #expect(session.toast == "Wrote orders-2 at offset 12,345")
    }

    @Test func `key, headers, partition and a tombstone can be given`() {
        // A tombstone is not an empty value.
        var session = orders()
        session.press("topic.produce")
        session.key(.tab)
        session.send(.key(.control("n")))
        session.key(.tab)
        session.type("a=1, b=x=y")
        session.send(.key(.shift(.tab)))
        session.send(.key(.shift(.tab)))
        session.type("k")
        session.send(.key(.shift(.tab)))
        session.type("x")
        #expect(session.key(.enter) == [])
        #expect(session.shows("a partition is a number"))
        session.key(.backspace)
        session.type("1")
        #expect(
            session.key(.enter) == [
                .produce(
                    RecordDraft(
                        topic: "orders", partition: 1, key: [107], value: nil,
                        headers: [
                            RecordRow.Header(name: "a", value: [49]),
                            RecordRow.Header(name: "b", value: Array("x=y".utf8)),
                        ]))
            ])
    }

    @Test func `a topic is deleted only after its name is typed`() {
        // It takes its records along.
        var session = Session()
        session.press("topics.delete-topic")
        session.type("orders")
        #expect(session.key(.enter) == [])
        session.send(.key(.control("u")))
        session.type("audit")
        #expect(session.key(.enter) == [.deleteTopic("audit")])
    }

    @Test func `a topic is created with what is given, the rest is the broker's`() {
        // Defaults are Kafka's, not ours.
        var session = Session()
        session.press("topics.create-topic")
        session.type("in valid")
        #expect(session.key(.enter) == [])
        session.send(.key(.control("u")))
        session.type("fresh.topic")
        session.key(.tab)
        session.type("6")
        #expect(
            session.key(.enter)
                == [.createTopic(TopicDraft(name: "fresh.topic", partitions: 6, replicationFactor: nil))])
    }

    // MARK: Lists

    @Test func `the selection stays on its topic when others come and go`() {
        // Killing the wrong leader because a topic was created above is the bug this prevents.
        var session = Session()
        session.press("topics.move-down")
        #expect(session.selectedRow.contains("orders"))
        var snapshot = Fixture.snapshot(step: 61)
        snapshot.topics.insert(
            ClusterSnapshot.Topic(name: "aaa", id: .zero, isInternal: false, partitions: []), at: 0)
        session.send(.snapshot(snapshot))
        #expect(session.selectedRow.contains("orders"))
        snapshot.topics.removeAll { $0.name == "orders" }
        session.send(.snapshot(snapshot))
        #expect(session.selectedRow.contains("payments"))
        snapshot.topics = []
        session.send(.snapshot(snapshot))
        #expect(session.press("topics.open") == [])
        #expect(session.shows("There is no topic yet"))
    }

    @Test func `a filter narrows as it is typed, and esc shows all again`() {
        // Nine thousand topics are found by typing.
        var session = Session()
        session.press("topics.filter")
        session.type("ord")
        #expect(session.shows("[1 of 5]"))
        session.key(.enter)
        session.press("topics.open")
        #expect(session.model.place == .topic("orders"))
        session.key(.escape)
        #expect(session.shows("[1 of 5]"))
        session.key(.escape)
        #expect(session.shows("[5]"))
        session.press("topics.filter")
        session.type("zzz")
        #expect(session.shows("Nothing matches"))
    }

    @Test func `sorting goes from column to column and back to the given order`() {
        // Numbers as numbers, what is unknown last.
        var session = Session()
        session.press("topics.sort-left")
        #expect(session.shows("Size ↑"))
        session.press("topics.sort-order", "topics.top")
        #expect(session.selectedRow.contains("orders"))
        session.press("topics.bottom")
        #expect(session.selectedRow.contains("audit"))
        session.press("topics.sort-right", "topics.top")
        #expect(session.selectedRow.contains("audit"))
        #expect(!session.shows("↑") && !session.shows("↓"))
    }

    @Test func `paging keeps the selected row on the screen`() {
        // Fifty partitions on sixteen rows.
        var session = Session()
        session.press("topics.bottom", "topics.open")
        for action in ["page-down", "half-page-down", "bottom", "page-up", "half-page-up", "top", "next-match"] {
            session.press("topic.\(action)")
            #expect(!session.selectedRow.isEmpty, "\(action)")
        }
        session.press("topic.previous-match", "topic.previous-match")
        #expect(
            session.model.screen.list.selected
                == .partition(TopicPartition(topic: "__consumer_offsets", partition: 49)))
    }

    @Test func `the newest event is followed until another is selected`() {
        // A log that jumps while one reads it cannot be read.
        var session = Session()
        session.press("topics.events")
        session.send(.cluster(.fault(.restart(2), at: Fixture.instant(seconds: 61))))
        #expect(session.selectedRow.contains("Broker 2 was started again"))
        session.press("events.move-down")
        let read = session.selectedRow
        session.send(.cluster(.fault(.kill(1), at: Fixture.instant(seconds: 62))))
        #expect(session.selectedRow == read)
    }

    @Test func `what was gathered says within what time it happened`() {
        // The last of them has a time of its own in the price of the fault, which is to be found here.
        var log = EventLog()
        for index in 0..<7 {
            log.append(
                .node(
                    BrokerEvent(
                        at: Fixture.instant(seconds: 1 + Double(index) * 0.033), node: 3,
                        kind: .leadershipBegan(
                            TopicPartition(topic: "orders", partition: Int32(index)), leaderEpoch: 2, startOffset: 9))))
        }
        #expect(
            log.entries.last?.text
                == "Broker 3 serves orders-3 in epoch 2, from offset 9 on · and 3 more partitions within 99 ms"
        )
        #expect(log.entries.count == 4)
    }

    @Test func `what happens to many partitions at once is told in a few lines`() {
        // Fifty elections of an internal topic must not push the one that matters off the screen.
        var log = EventLog()
        func elect(_ topic: String, _ index: Int32, at seconds: Double, leader: BrokerID = 3) {
            log.append(
                .node(
                    BrokerEvent(
                        at: Fixture.instant(seconds: seconds), node: 101,
                        kind: .leaderElected(
                            TopicPartition(topic: topic, partition: index), leader: leader, previous: 2,
                            leaderEpoch: 1, isr: [3], unclean: false))))
        }
        for index in 0..<50 {
            elect("__consumer_offsets", Int32(index), at: 1)
            if index < 7 { elect("orders", Int32(index), at: 1) }
        }
        elect("orders", 7, at: 1, leader: 1)
        elect("orders", 0, at: 2)
        #expect(
            log.entries.map(\.text) == [
                "__consumer_offsets-0 is led by 3 after 2 · epoch 1 · ISR 3 · and 49 more partitions",
                "orders-0 is led by 3 after 2 · epoch 1 · ISR 3", "orders-1 is led by 3 after 2 · epoch 1 · ISR 3",
                "orders-2 is led by 3 after 2 · epoch 1 · ISR 3",
                "orders-3 is led by 3 after 2 · epoch 1 · ISR 3 · and 3 more partitions",
                "orders-7 is led by 1 after 2 · epoch 1 · ISR 3", "orders-0 is led by 3 after 2 · epoch 1 · ISR 3",
            ])
        #expect(log.entries.map(\.number) == Array(1...7))
    }

    // MARK: Moving about

    @Test func `however much is to be done, the field in which it is confirmed is seen`() {
        // A hundred partitions of a changelog with a long name, at 80x24.
        var session = Session()
        session.attach(Console.Attachment(name: "staging", mayWrite: true))
        session.press("topics.delete-topic")
        guard case .form(var form)? = session.model.overlay else {
            Issue.record("no form: \(session)")
            return
        }
        #expect(session.shows("esc"), "\(session)")
        let label = form.fields[0].label
        form.about = Array(repeating: "a-long-name-changelog-17 from 1,000 to 0", count: 100).joined(separator: ", ")
        session.open(form)
        #expect(session.shows("▸ \(label)") && session.shows("lines more"), "\(session)")
    }

    @Test func `a long toast leaves the numbers of the views to be seen`() {
        // They are what one presses next.
        var session = Session()
        session.send(.outcome(.failed(String(repeating: "what went wrong ", count: 12))))
        let lines = session.screen.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 24 && lines[20].contains("1brokers 2topics 3groups"), "\(session)")
        #expect(lines[21].hasPrefix(" ! what went wrong") && lines[23].hasPrefix("   w"), "\(session)")
    }

    @Test func `keys that act on klamm's clients act on those that the strip names`() {
        // C was among the hints of the events and did nothing.
        var session = Session()
        session.press("topics.events")
        #expect(session.press("events.toggle-consumers") == [.client(.stopGroup("billing"))])
    }

    @Test func `the crumbs say whose records these are`() {
        // Records can be reached past their topic's screen.
        var session = Session()
        session.press("topics.move-down", "topics.records")
        #expect(session.shows("topics  ›  records of orders"))
        session.press("records.groups", "groups.move-down", "groups.open", "group.open")
        #expect(session.shows("billing  ›  records of orders-0"))
        session.press("records.topics", "topics.open", "topic.move-down", "topic.open")
        #expect(session.shows("orders  ›  records of 1"))
    }

    @Test func `ctrl-c leaves from anywhere, also out of a form`() {
        // The key that everybody tries when nothing else works.
        var session = orders()
        session.press("topic.produce")
        #expect(session.send(.key(.control("c"))) == [.quit])
    }

    @Test func `the palette finds actions, topics, groups and themes by a few letters`() {
        // And :q leaves, as in vi.
        var session = Session()
        session.press("topics.palette")
        session.type("gbil")
        session.key(.enter)
        #expect(session.model.place == .group("billing"))
        session.press("group.palette")
        session.type("theme mono")
        #expect(session.key(.enter) == [.setTheme("mono")])
        session.press("group.palette")
        session.type("kil")
        #expect(session.key(.enter) == [.inject(.kill(1))])
        session.press("group.palette")
        session.type("q")
        #expect(session.key(.enter) == [.quit])
        session.press("group.palette")
        session.type("no such thing")
        #expect(session.key(.enter) == [])
    }

    // MARK: Time

    @Test func `a toast goes away by itself, and then nothing more is due`() {
        // An idle console sleeps: no tick, no picture.
        var session = Session(empty: Size(columns: 80, rows: 24))
        var snapshot = Fixture.snapshot(step: 0)
        snapshot.workload = nil
        // Who lags is judged by the time alone.
        snapshot.groups = []
        session.send(.snapshot(snapshot))
        session.press("topics.restart")
        let until = session.model.nextTick
        #expect(until == Fixture.start + .seconds(4))
        session.send(.tick(Fixture.start + .seconds(4)))
        #expect(session.toast == "")
        #expect(session.model.nextTick == nil)
    }

    @Test func `live data may wait a moment for its picture, a key may not`() {
        // At most 20 pictures a second, but keys feel immediate.
        var session = Session()
        session.drawn()
        #expect(session.model.redraw == .none)
        session.live(seconds: 1)
        #expect(session.model.redraw == .soon)
        session.press("topics.move-down")
        #expect(session.model.redraw == .now)
    }

    @Test func `space holds the picture while the cluster goes on`() {
        // To read a moment that would be gone.
        var session = orders()
        let end = "13,343"
        #expect(session.shows(end))
        session.press("topic.pause")
        session.drawn()
        session.live(seconds: 5)
        #expect(session.model.redraw == .none)
        #expect(session.shows(end) && session.shows("paused"))
        session.press("topic.pause")
        #expect(!session.shows(end) && !session.shows("paused"))
    }

    @Test func `rates come from two snapshots, and fall to zero when nothing more comes`() {
        // A rate that stands still after the last record is a lie; one before the second sample too.
        var session = Session(empty: Size(columns: 80, rows: 24))
        func look(_ step: Int) {
            var snapshot = Fixture.snapshot(step: step)
            // Who lags is judged by the time alone.
            snapshot.groups = []
            session.send(.snapshot(snapshot))
        }
        look(0)
        #expect(session.model.live.history.rate(ofTopic: "orders") == nil)
        look(1)
        #expect(session.model.live.history.rate(ofTopic: "orders") == 50)
        #expect(session.model.live.history.rate(ofTopic: "audit") == nil)
        let next = session.model.nextTick
        #expect(next != nil)
        if let next { session.send(.tick(next)) }
        #expect(session.model.live.history.rate(ofTopic: "orders") == 0)
        #expect(session.model.nextTick == nil)
    }

    @Test func `a lag is called growing or shrinking only when it clearly is`() {
        // A verdict that flickers is none.
        #expect(LagTrend([]) == nil)
        #expect(LagTrend((0..<11).map { Int64($0) }) == .growing)
        #expect(LagTrend((0..<11).map { Int64(100 - $0) }) == .shrinking)
        #expect(LagTrend((0..<11).map { Int64(1000 + $0 % 2 * 40) }) == .steady)
        // What is committed every few seconds makes a saw, whichever tooth the window ends at.
        for start in 0..<5 {
            #expect(LagTrend((0..<11).map { Int64(100 + ($0 + start) % 5 * 40) }) == .steady)
            #expect(LagTrend((0..<11).map { Int64($0 * 60 + ($0 + start) % 5 * 40) }) == .growing)
        }
        #expect(LagTrend((0..<11).map { $0 == 0 ? nil : Int64($0 * 50) }) == nil)
    }

    @Test func `absurd figures from clients and clocks break no screen`() {
        // Anybody may commit any offset and stamp any time; the console must not fall over it.
        let extremes = [Int64.min, -1, 0, Int64.max]
        for value in extremes {
            var session = Session()
            var snapshot = Fixture.snapshot(step: 61)
            for index in snapshot.groups[1].partitions.indices {
                snapshot.groups[1].partitions[index].committed = value
                snapshot.groups[1].partitions[index].position = extremes[index]
                snapshot.groups[1].partitions[index].highWatermark = .max
            }
            for index in snapshot.topics[2].partitions.indices {
                snapshot.topics[2].partitions[index].logEndOffset = value
                snapshot.topics[2].partitions[index].logStartOffset = extremes[index]
                snapshot.topics[2].partitions[index].replicas[0].logEndOffset = extremes[index]
            }
            snapshot.brokers[0].bytesInPerSecond = .infinity
            snapshot.recordsPerSecond = .nan
            for second in 61..<75 {
                snapshot.takenAt = Fixture.instant(seconds: Double(second))
                session.send(.snapshot(snapshot))
            }
            for action in ["topics.groups", "groups.open", "group.brokers", "brokers.open", "broker.topics"] {
                session.press(action)
                #expect(session.grid.size == session.model.size)
            }
            session.press("topics.move-down", "topics.open", "topic.records")
            let row = RecordRow(partition: 0, offset: value, timestamp: value, key: [], value: [], headers: [])
            let mark = PartitionMark(
                partition: 0, logStartOffset: value, highWatermark: value, nextOffset: value)
            session.answer([row], marks: [mark])
            session.press("records.open")
            #expect(session.shows(Figures.count(value)))
        }
    }

    // MARK: Copying

    @Test func `y copies the row, and of a record its value`() {
        // Over ssh too: the terminal does it.
        var session = orders()
        guard case .copy(let text)? = session.press("topic.copy").first else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.contains("1,3") && text.contains("\t"))
        session.press("topic.records")
        session.answer()
        session.press("records.top", "records.move-down")
        #expect(session.press("records.copy") == [.copy("plain text, one line")])
    }
}
