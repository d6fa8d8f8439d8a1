import KafkaBroker
import KafkaProtocol
import Testing

@testable import DeliveryLedger
@testable import KafkaCluster

/// What faults cost, told by events and pictures of a cluster of three brokers whose broker 2 leads two partitions.
@Suite struct FaultPriceTests {
    private static let start = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)

    private func at(_ milliseconds: Int64) -> Instant { Self.start + .milliseconds(milliseconds) }
    private func orders(_ index: Int32) -> TopicPartition { TopicPartition(topic: "orders", partition: index) }

    private func picture(
        _ milliseconds: Int64, isr: [BrokerID] = [1, 2, 3], leader: BrokerID? = 2, down: [BrokerID] = [],
        failed: Int64 = 0, unknown: Int64 = 0, doubled: Int64? = 0, acks: Acks = .all, heardAt: Instant? = nil
    ) -> ClusterSnapshot {
        var picture = ClusterSnapshot(takenAt: at(milliseconds), clusterID: "c")
        picture.heardAt = heardAt
        picture.controller = 101
        picture.controllers = [ClusterSnapshot.ControllerNode(id: 101, isUp: true, isActive: true)]
        picture.brokers = [1, 2, 3].map { id in
            ClusterSnapshot.Broker(
                id: id, host: "h", port: 1, state: down.contains(id) ? .down : .running, leaders: 0, replicas: 2)
        }
        picture.topics = [
            ClusterSnapshot.Topic(
                name: "orders", id: Uuid(high: 1, low: 1), isInternal: false,
                partitions: (0..<2).map { index in
                    ClusterSnapshot.Partition(
                        index: index, leader: leader, leaderEpoch: 4, isr: isr,
                        replicas: [1, 2, 3].map { .init(broker: $0, state: .inSync, logEndOffset: nil) })
                })
        ]
        var producer = WorkloadSnapshot.Producer(
            settings: ProducerSettings(topic: "orders", recordsPerSecond: 50), isRunning: true)
        producer.settings.acks = acks
        producer.failed = 100 + failed
        producer.unknown = 10 + unknown
        producer.doubled = doubled.map { 5 + $0 }
        var workload = WorkloadSnapshot()
        workload.producers = [producer]
        picture.workload = workload
        return picture
    }

    private func node(_ milliseconds: Int64, _ kind: BrokerEvent.Kind, _ id: BrokerID = 101) -> ClusterEvent {
        .node(BrokerEvent(at: at(milliseconds), node: id, kind: kind))
    }

    private func elected(_ milliseconds: Int64, _ index: Int32, _ leader: BrokerID) -> ClusterEvent {
        node(
            milliseconds,
            .leaderElected(
                orders(index), leader: leader, previous: 2, leaderEpoch: 5, isr: [1, 3], unclean: false))
    }

    private func serves(_ milliseconds: Int64, _ index: Int32, _ leader: BrokerID) -> ClusterEvent {
        node(milliseconds, .leadershipBegan(orders(index), leaderEpoch: 5, startOffset: 7), leader)
    }

    /// Broker 2 is killed at 0 ms.
    private func killed(by fault: Fault = .kill(2)) -> FaultPrices {
        var prices = FaultPrices()
        _ = prices.observe(picture(-50))
        _ = prices.note(.fault(fault, at: at(0)))
        return prices
    }

    @Test func `a kill is noticed, led on after, ended and whole again at the times of the events`() throws {
        // The screen's own clock would add what it waits for the next picture.
        var prices = killed()
        #expect(prices.note(node(1_300, .brokerFenced(2, reason: "its session expired"))).isEmpty)
        for event in [elected(1_310, 0, 1), elected(1_310, 1, 3), serves(1_320, 0, 1), serves(1_345, 1, 3)] {
            #expect(prices.note(event).isEmpty)
        }
        #expect(prices.observe(picture(1_400, isr: [1, 3], leader: 1, down: [2])).isEmpty)
        var price = try #require(prices.last)
        #expect(price.noticed?.at == at(1_300) && price.noticed?.text.contains("fenced") == true)
        #expect(price.leaders.led == 2 && price.leaders.served == 2 && price.leaders.elected == 0)
        #expect(price.leaders.first?.at == at(1_320) && price.leaders.last?.at == at(1_345))
        #expect(price.ended == nil && price.wholeAt == nil)

        #expect(prices.note(.fault(.restart(2), at: at(9_000))).isEmpty)
        #expect(prices.observe(picture(9_050, isr: [1, 3], leader: 1)).isEmpty, "it is not in the ISR yet")
        _ = prices.note(node(9_700, .isrChanged(orders(1), from: [1, 3], to: [1, 3, 2], leaderEpoch: 5)))
        price = try #require(prices.observe(picture(9_900, leader: 1)).first)
        #expect(price.ended?.at == at(9_000) && price.wholeAt == at(9_700))
        #expect(prices.observe(picture(10_000, leader: 1)).isEmpty, "it is told once")
    }

    @Test func `a picture that comes before its event still shows when it became whole`() throws {
        // Pictures and events come by different ways.
        var prices = killed()
        _ = prices.note(.fault(.restart(2), at: at(9_000)))
        #expect(prices.observe(picture(9_010, isr: [1, 3], leader: 1, down: [2])).isEmpty)
        #expect(!prices.observe(picture(9_900, leader: 1)).isEmpty)
        var late = killed()
        #expect(late.observe(picture(9_900, leader: 1)).isEmpty, "nobody has ended it")
        #expect(try #require(late.note(.fault(.restart(2), at: at(9_000))).first).wholeAt == at(9_000))
    }

    @Test func `an ISR that shrinks, a leader that moves and a fencing are each a sign that it was noticed`() {
        // Which of them comes first depends on the fault.
        let signs = [
            node(70, .isrChanged(orders(0), from: [1, 2, 3], to: [1, 3], leaderEpoch: 4)), elected(70, 0, 1),
            node(70, .brokerFenced(2, reason: "")), .notice(.brokerUnreachable(2), at: at(70)),
            node(70, .logDirectoryFailed(2, reason: "disk"), 2),
        ]
        for (index, sign) in signs.enumerated() {
            var prices = index < signs.count - 1 ? killed() : killed(by: .disk(DiskFault(2, .full)))
            _ = prices.note(node(60, .isrChanged(orders(0), from: [1, 2, 3], to: [1, 2], leaderEpoch: 4)))
            _ = prices.note(node(-10, .brokerFenced(2, reason: "")))
            #expect(prices.last?.noticed == nil, "that was another broker, or before the fault")
            _ = prices.note(sign)
            #expect(prices.last?.noticed?.at == at(70), "\(sign)")
        }
    }

    @Test func `a partition without anybody in sync stays without leader until one serves`() {
        // Elected and serving are not the same, and nobody is neither.
        var prices = killed()
        _ = prices.note(elected(1_300, 0, .none))
        _ = prices.note(elected(1_300, 1, 3))
        #expect(prices.last?.leaders.leaderless == [orders(0)])
        #expect(prices.last?.leaders.elected == 1 && prices.last?.leaders.served == 0)
        _ = prices.note(serves(8_000, 0, 2))
        #expect(prices.last?.leaders.leaderless == [] && prices.last?.leaders.served == 1)
    }

    @Test func `sends count from the fault on, by producer and acks`() throws {
        // What failed last week is not this fault's.
        var prices = killed()
        _ = prices.observe(picture(2_000, failed: 3, unknown: 12, doubled: 1))
        #expect(prices.last?.failed == 3 && prices.last?.unknown == 12 && prices.last?.doubled == 1)
        _ = prices.observe(picture(3_000, failed: 4, unknown: 12, doubled: 1, acks: .leader))
        _ = prices.observe(picture(4_000, failed: 4, unknown: 20, doubled: 1, acks: .leader))
        let sends = try #require(prices.last?.sends)
        #expect(sends.map(\.acks) == [.all, .leader])
        #expect(sends.map(\.failed) == [4, 0] && sends.map(\.unknown) == [12, 8])
    }

    @Test func `what is sent after a fault is over is not its price`() throws {
        // Records of acks=0 are all in doubt: the price of a kill would rise for ever.
        var prices = killed()
        _ = prices.observe(picture(2_000, failed: 3, unknown: 12))
        _ = prices.note(.fault(.restart(2), at: at(9_000)))
        #expect(!prices.observe(picture(9_900, leader: 1, failed: 3, unknown: 12)).isEmpty)
        _ = prices.observe(picture(11_000, failed: 4, unknown: 30, doubled: 1))
        #expect(prices.last?.unknown == 12)
        #expect(
            prices.last?.failed == 4 && prices.last?.doubled == 1, "what was sent before may fail or be doubled yet")
        _ = prices.observe(picture(12_000, failed: 4, unknown: 500, doubled: 1, acks: .none))
        #expect(prices.last?.sends?.map(\.acks) == [.all])
        _ = prices.observe(picture(13_000, failed: 4, unknown: 7, doubled: 1))
        #expect(prices.last?.unknown == 7, "what was in doubt has become known")
    }

    @Test func `where there are several topics each count says of which it is`() throws {
        // "Over: kill 1 · 34 lost" of the story's one topic that was to lose them, and nobody saw which.
        var prices = killed()
        _ = prices.note(.notice(.recordsLost(Self.loss(number: 1, count: 34, at: at(1_400))), at: at(1_400)))
        var now = picture(2_000, failed: 2)
        _ = prices.observe(now)
        #expect(prices.last?.summary.hasPrefix("34 lost, 2 sends failed") == true, "\(prices.last?.summary ?? "")")
        var other = WorkloadSnapshot.Producer(
            settings: ProducerSettings(topic: "payments", recordsPerSecond: 50), isRunning: true)
        (other.failed, other.unknown) = (3, 9)
        now.workload?.producers.append(other)
        _ = prices.observe(now)
        #expect(
            prices.last?.summary.hasPrefix("34 lost (orders), 5 sends failed (orders, payments), 9 unknown (payments)")
                == true, "\(prices.last?.summary ?? "")")
    }

    @Test func `what waited under other acks waits no more`() throws {
        // "A send waits for 41 s so far" stood there for ever.
        for isOver in [false, true] {
            var prices = killed()
            var waiting = picture(2_000)
            waiting.workload?.producers[0].waitingSince = at(100)
            _ = prices.observe(waiting)
            if isOver {
                _ = prices.note(.fault(.restart(2), at: at(3_000)))
                waiting.takenAt = at(3_900)
                #expect(!prices.observe(waiting).isEmpty)
            }
            #expect(prices.last?.stillWaitsLongest == true && prices.last?.summary.contains("so far") == true)
            var other = picture(4_000, acks: .leader)
            other.workload?.producers[0].waitingSince = at(3_950)
            _ = prices.observe(other)
            #expect(prices.last?.sends?[0].waiting == nil, "over: \(isOver)")
            #expect(prices.last?.summary.contains("so far") == false, "\(prices.last?.summary ?? "")")
        }
    }

    @Test func `what nobody had looked at before is unknown, and not zero`() {
        // The console may have come later, and there may be no ledger.
        var prices = FaultPrices()
        _ = prices.note(.fault(.kill(2), at: at(0)))
        _ = prices.observe(picture(100))
        #expect(prices.last?.sends == nil && prices.last?.failed == nil && prices.last?.leaders.led == nil)
        #expect(prices.last?.lost == [])
        var unjudged = FaultPrices()
        _ = unjudged.observe(picture(-50, doubled: nil))
        _ = unjudged.note(.fault(.kill(2), at: at(0)))
        _ = unjudged.observe(picture(100, doubled: nil))
        #expect(unjudged.last?.failed == 0 && unjudged.last?.doubled == nil)
    }

    @Test func `from outside an election is taken for service, and nobody tells of losses`() {
        // Kafka's protocol names the leader, and no more.
        var prices = FaultPrices()
        _ = prices.observe(picture(-50, heardAt: at(-50)))
        _ = prices.note(.fault(.kill(2), at: at(0)))
        _ = prices.note(elected(2_000, 0, 1))
        #expect(prices.last?.leaders.served == 1 && prices.last?.lost == nil)
    }

    @Test func `records count to the newest fault, times to each, and a loss to who felled the broker`() throws {
        // Two faults at once must not both be billed for the same record.
        var prices = killed()
        _ = prices.observe(picture(500, unknown: 2))
        _ = prices.note(.fault(.kill(1), at: at(600)))
        _ = prices.observe(picture(900, unknown: 7))
        #expect(prices.all.map(\.unknown) == [2, 5])
        _ = prices.note(node(1_300, .brokerFenced(2, reason: "")))
        #expect(prices.all.map { $0.noticed?.at } == [at(1_300), nil])
        var loss = Self.loss(number: 1, count: 41, at: at(1_400))
        _ = prices.note(.notice(.recordsLost(loss), at: at(1_400)))
        #expect(prices.all.map(\.lostRecords) == [41, 0])
        loss.add([Self.batch(100...101, acks: -1, isDoubtful: true)])
        _ = prices.note(.notice(.recordsLost(loss), at: at(1_500)))
        #expect(prices.all[0].lost?.map(\.acks) == [1, -1], "told again it is not counted twice")
        #expect(prices.all[0].lost?.map(\.records) == [41, 0] && prices.all[0].lost?[1].ofUnknownReceipt == 2)
        loss.returnedAt = at(9_000)
        _ = prices.note(.notice(.recordsReturned(loss), at: at(9_000)))
        #expect(prices.all[0].lostRecords == 0)
    }

    @Test func `a cut is not credited with what a loss of power caused`() throws {
        // "cut 1-2: noticed after 3.0 s" by an election that had nothing to do with it.
        let cut = Fault.link(LinkFault(.node(1), .node(2), .cut))
        var prices = FaultPrices()
        _ = prices.observe(picture(-50))
        _ = prices.note(.fault(cut, at: at(0)))
        _ = prices.note(.fault(.powerLoss(2), at: at(2_000)))
        for event in [
            node(2_985, .isrChanged(orders(1), from: [1, 2, 3], to: [1, 2], leaderEpoch: 5)),
            elected(2_990, 0, 1), node(2_990, .isrChanged(orders(1), from: [1, 2], to: [1], leaderEpoch: 5)),
            node(2_990, .brokerFenced(2, reason: "")), serves(3_010, 0, 1),
        ] {
            _ = prices.note(event)
        }
        let (first, second) = (prices.all[0], prices.all[1])
        #expect(first.noticed == nil && first.leaders.served == 0 && first.leaders.last == nil)
        #expect(second.noticed?.at == at(2_990) && second.noticed?.others == [])
        #expect(second.leaders.served == 1 && second.leaders.last?.at == at(3_010))
        #expect(!first.mayUnseat(controller: 101) && second.mayUnseat(controller: 101))
        // A leader that takes the other end out of the ISR is the cut's.
        _ = prices.note(node(3_100, .isrChanged(orders(1), from: [2, 1], to: [2], leaderEpoch: 4)))
        #expect(prices.all[0].noticed?.at == at(3_100) && prices.all[0].noticed?.others == [])
    }

    @Test func `where two faults may be the cause each says so, and neither claims it in a line`() throws {
        // Both keep broker 2 from its controller.
        let cut = Fault.link(LinkFault(.node(2), .nodes, .cut))
        var prices = FaultPrices()
        _ = prices.observe(picture(-50))
        _ = prices.note(.fault(.freeze(2), at: at(0)))
        _ = prices.note(.fault(cut, at: at(500)))
        for event in [
            node(1_300, .brokerFenced(2, reason: "")), elected(1_310, 0, 1), serves(1_320, 0, 1),
            .client(.clientError(client: "p", reason: "timed out"), at: at(1_400)),
        ] {
            _ = prices.note(event)
        }
        #expect(prices.all.map { $0.noticed?.others } == [[cut], [.freeze(2)]])
        #expect(prices.all.map { $0.leaders.last?.others } == [[cut], [.freeze(2)]])
        #expect(prices.all.map { $0.felt?.others } == [[cut], [.freeze(2)]])
        #expect(!prices.all[0].summary.contains("noticed") && !prices.all[0].summary.contains("led again"))
        // What was healed is not suspected while another goes on.
        var healed = FaultPrices()
        _ = healed.observe(picture(-50))
        _ = healed.note(.fault(.freeze(2), at: at(0)))
        _ = healed.note(.fault(cut, at: at(500)))
        _ = healed.note(.fault(.thaw(2), at: at(600)))
        _ = healed.note(node(1_300, .brokerFenced(2, reason: "")))
        #expect(healed.all.map { $0.noticed?.others } == [nil, []])
    }

    @Test func `of two controllers that fall the one that decided is paid for with an election`() {
        // The other was not missed.
        var prices = FaultPrices()
        _ = prices.observe(picture(-50))
        _ = prices.note(.fault(.kill(102), at: at(0)))
        _ = prices.note(.fault(.kill(101), at: at(500)))
        _ = prices.note(node(1_400, .controllerElected(epoch: 9, because: nil), 103))
        #expect(prices.all.map { $0.decided?.at } == [nil, at(1_400)])
    }

    @Test func `who serves may be heard of before the election`() {
        // Each node tells on its own thread.
        var prices = killed()
        _ = prices.note(serves(1_320, 0, 1))
        #expect(prices.last?.leaders.served == 0)
        _ = prices.note(elected(1_310, 0, 1))
        #expect(prices.last?.leaders.served == 1 && prices.last?.leaders.last?.at == at(1_320))
    }

    @Test func `a price says which faults its records are shared with`() {
        // Which of two broken links a send failed at nobody can tell.
        var prices = killed()
        _ = prices.note(.fault(.kill(1), at: at(600)))
        _ = prices.note(.fault(.kill(3), at: at(700)))
        #expect(prices.all.map(\.besides) == [[], [.kill(2)], [.kill(2), .kill(1)]])
        #expect(prices.all.map(\.countedUntil) == [.kill(1), .kill(3), nil])
    }

    @Test func `sends that wait and do not fail are told with the longest wait and the silence`() throws {
        // A cut that holds acks=all for three seconds makes no error, and everybody feels it.
        var prices = killed()
        var held = picture(2_100)
        held.workload?.producers[0].waits = [AcknowledgementWait(.milliseconds(9_000), at: at(-10))]
        held.workload?.producers[0].silentSince = at(-300)
        _ = prices.observe(held)
        let send = try #require(prices.last?.sends?.first)
        #expect(send.longestWait == nil, "that one was acknowledged before")
        #expect(send.silence == .milliseconds(2_100), "of what was silent before, only since the fault")
        var over = picture(3_500)
        over.workload?.producers[0].waits = [
            AcknowledgementWait(.milliseconds(3_021), at: at(3_030)),
            AcknowledgementWait(.milliseconds(2), at: at(3_400)),
        ]
        _ = prices.observe(over)
        #expect(prices.last?.sends?.first?.longestWait == AcknowledgementWait(.milliseconds(3_021), at: at(3_030)))
        #expect(prices.last?.sends?.first?.silence == nil && prices.last?.longestWait == .milliseconds(3_021))
        #expect(prices.last?.summary.contains("sends waited up to 3.021 s") == true)
        // What is told of another fault is not told of this one, and what waited already when this one began is not its doing.
        _ = prices.note(.fault(.kill(1), at: at(4_000)))
        #expect(prices.last?.summary.contains("waited") == false)
        var late = picture(34_000)
        late.workload?.producers[0].waits = [
            AcknowledgementWait(.milliseconds(30_480), at: at(33_500)),
            AcknowledgementWait(.milliseconds(1_200), at: at(33_400)),
        ]
        _ = prices.observe(late)
        #expect(prices.all.map(\.longestWait) == [.milliseconds(30_480), .milliseconds(1_200)])
    }

    @Test func `the longest wait is at least that of a send that still waits`() throws {
        // 1.2 s was said of a fault while one record had waited for forty.
        var prices = killed()
        var now = picture(40_100)
        now.workload?.producers[0].waits = [AcknowledgementWait(.milliseconds(1_200), at: at(3_000))]
        now.workload?.producers[0].waitingSince = at(100)
        _ = prices.observe(now)
        var send = try #require(prices.last?.sends?.first)
        #expect(send.longestWait?.duration == .milliseconds(1_200) && send.waiting == .seconds(40))
        #expect(prices.last?.longestWait == .seconds(40))
        #expect(prices.last?.summary.contains("a send waits for 40.000 s so far") == true)
        // What had waited long before is only told as long as this one goes on; the next fault's price is its own.
        _ = prices.note(.fault(.kill(1), at: at(41_000)))
        now = picture(42_000)
        now.workload?.producers[0].waitingSince = at(100)
        _ = prices.observe(now)
        #expect(prices.all.map { $0.sends?.first?.waiting } == [.milliseconds(41_900), .seconds(1)])
        // It came.
        now = picture(43_000)
        now.workload?.producers[0].waits = [AcknowledgementWait(.milliseconds(42_500), at: at(42_600))]
        _ = prices.observe(now)
        send = try #require(prices.all[0].sends?.first)
        #expect(send.waiting == nil && prices.all[0].longestWait == .milliseconds(42_500))
        #expect(prices.all[0].summary.contains("sends waited up to 42.500 s"))
    }

    @Test func `whoever asks for no answer waits for none`() {
        var prices = FaultPrices()
        _ = prices.observe(picture(-50, acks: .none))
        _ = prices.note(.fault(.kill(2), at: at(0)))
        var now = picture(5_000, unknown: 250, acks: .none)
        now.workload?.producers[0].waitingSince = at(10)
        _ = prices.observe(now)
        #expect(prices.last?.longestWait == nil)
        #expect(prices.last?.summary.hasPrefix("250 unknown by acks=0, no acknowledged one lost") == true)
    }

    @Test func `that nothing happened is said where nothing did, and else what it has cost`() {
        // "0 lost" sounded innocent where sends were held up, doubled, or read again.
        var prices = killed()
        _ = prices.observe(picture(900))
        #expect(prices.last?.summary == "nothing lost, doubled, failed or held up" && prices.last?.hasCost == false)
        _ = prices.observe(picture(1_000, doubled: 3))
        #expect(prices.last?.summary == "3 doubled, none lost" && prices.last?.hasCost == true)
        var again = picture(1_100)
        var group = WorkloadSnapshot.Group(
            settings: ConsumerSettings(group: "billing", topics: ["orders"]), isRunning: true)
        group.processedAgain = 5
        again.workload?.groups = [group]
        _ = prices.observe(again)
        #expect(prices.last?.summary == "5 worked on again, none lost")
        // What had come again before is no doing of the next.
        _ = prices.note(.fault(.kill(1), at: at(1_200)))
        group.processedAgain = 7
        again = picture(1_300)
        again.workload?.groups = [group]
        _ = prices.observe(again)
        #expect(prices.all.map(\.processedAgain) == [5, 2])
        // Nobody has looked, and brokers tell nothing: nothing is claimed.
        var asked = FaultPrices()
        _ = asked.note(.fault(.kill(1), at: at(0)))
        #expect(asked.last?.summary == "nothing lost")
    }

    @Test func `a controller's fall is paid for until another decides`() {
        // Nothing is elected meanwhile.
        var prices = FaultPrices()
        _ = prices.observe(picture(-50))
        _ = prices.note(.fault(.kill(101), at: at(0)))
        _ = prices.note(node(800, .controllerElected(epoch: 9, because: nil), 102))
        #expect(prices.last?.decided?.at == at(800) && prices.last?.leaders.led == 0)
    }

    @Test(
        arguments: [
            (.freeze(2), .thaw(2)), (.freeze(2), .healAll), (.freeze(2), .kill(2)),
            (.disk(DiskFault(2, .full)), .heal(.disk(DiskFault(2, .full)))), (.kill(2), .restart(2)),
        ] as [(Fault, Fault)])
    func `a fault ends by what heals it`(fault: Fault, end: Fault) {
        // And by nothing else.
        var prices = FaultPrices()
        _ = prices.note(.fault(fault, at: at(0)))
        for other: Fault in [.thaw(1), .restart(1), .heal(.freeze(3))] { _ = prices.note(.fault(other, at: at(5))) }
        #expect(prices.all[0].ended == nil)
        _ = prices.note(.fault(end, at: at(10)))
        #expect(prices.all[0].ended?.at == at(10))
    }

    @Test func `healing has no price, and only the last faults are kept`() {
        // A long session of breaking must not grow for ever.
        var prices = FaultPrices()
        for heal: Fault in [.healAll, .restart(2), .thaw(1), .heal(.freeze(1))] {
            _ = prices.note(.fault(heal, at: at(0)))
        }
        #expect(prices.all.isEmpty)
        for time in 0..<50 { _ = prices.note(.fault(.kill(2), at: at(Int64(time)))) }
        #expect(prices.all.count == FaultPrices.most && prices.last?.number == 50 && prices[49] != nil)
        #expect(prices[1] == nil)
    }

    // MARK: Losses

    private static func batch(_ offsets: ClosedRange<Int64>, acks: Int16, isDoubtful: Bool = false) -> Loss.Batch {
        Loss.Batch(
            offsets: offsets, acks: acks, client: "p", isr: [2], highWatermark: 0, from: 0, to: 0,
            receiptIsUnknown: isDoubtful)
    }

    private static func loss(number: Int, count: Int64, at: Instant) -> Loss {
        Loss(
            number: number, partition: TopicPartition(topic: "orders", partition: 0), topicID: Uuid(high: 1, low: 1),
            leaderEpoch: 4, broker: 2, batches: [batch(7...(6 + count), acks: 1)],
            election: Loss.Election(leader: 1, leaderEpoch: 5, logEndOffset: 7, isUnclean: false, at: at),
            misfortunes: [])
    }
}
