import KafkaBroker
import KafkaProtocol
import Testing

@testable import KafkaCluster

/// What is told of many pictures, one after the other, of a cluster that tells nothing by itself.
@Suite struct SurveyWatchTests {
    private let start = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)

    private func picture(
        controller: BrokerID? = 101, epoch: Int32? = 5, groups: [ClusterSnapshot.Group] = [], isTold: Bool = true,
        silent: [BrokerID] = []
    ) -> ClusterSnapshot {
        var picture = ClusterSnapshot(takenAt: start, clusterID: "c")
        picture.controller = controller
        if let controller, let epoch {
            var node = ClusterSnapshot.ControllerNode(id: controller, isUp: true, isActive: true)
            node.epoch = epoch
            picture.controllers = [node]
        }
        picture.brokers = [1, 2].map { id in
            ClusterSnapshot.Broker(
                id: id, host: "h", port: 1, state: silent.contains(id) ? .unreachable : .running, leaders: 0,
                replicas: 0)
        }
        picture.groups = groups
        picture.groupsAreTold = isTold && silent.isEmpty
        return picture
    }

    private func group(
        _ id: String = "billing", _ state: String = "Stable", members: [String]? = ["one", "two"],
        coordinator: BrokerID = 1
    ) -> ClusterSnapshot.Group {
        let members = members?.map {
            GroupSnapshot.Member(id: $0, instanceID: nil, clientID: "c", clientHost: "h", assignment: [])
        }
        var group = ClusterSnapshot.Group(id: id, state: state, members: members)
        group.coordinator = coordinator
        return group
    }

    /// A second from one to the next.
    private func told(_ pictures: [ClusterSnapshot]) -> [ClusterEvent] {
        var watch = SurveyWatch()
        return zip(pictures, pictures.dropFirst()).enumerated().flatMap { index, pair in
            watch.events(from: pair.0, to: pair.1, at: start + .seconds(index))
        }
    }

    private func notices(_ pictures: [ClusterSnapshot]) -> [ClusterNotice] {
        told(pictures).compactMap { if case .notice(let notice, _) = $0 { notice } else { nil } }
    }

    @Test func `a group is new once all groups were known`() {
        // One that was deleted was told, and none that came.
        let (none, one) = (picture(), picture(groups: [group(members: ["one"])]))
        #expect(notices([none, one, one]) == [.groupAppeared("billing", state: "Stable", members: 1)])
        // A broker that loads them, or has not told yet, may have had it all the while.
        let untold = picture(isTold: false)
        #expect(notices([untold, one, one]).isEmpty)
        #expect(notices([untold, picture(silent: [1]), one]).filter { $0 != .brokerUnreachable(1) }.isEmpty)
        #expect(notices([none, untold, one]).count == 1, "all are known already")
        // So may one that is down, where nobody else coordinates in its place.
        var headless = none
        headless.topics = [
            ClusterSnapshot.Topic(
                name: "__consumer_offsets", id: .zero, isInternal: true,
                partitions: [.init(index: 0, leader: nil, leaderEpoch: 0, isr: [3], replicas: [])])
        ]
        var whole = one
        whole.topics = headless.topics
        #expect(notices([headless, whole]).isEmpty)
        headless.topics[0].partitions[0].leader = 1
        whole.topics = headless.topics
        #expect(notices([headless, whole]).count == 1)
    }

    @Test func `a group that comes back with another coordinator is told as that, and what changed meanwhile`() {
        // Its coordinator dies: it is in no picture until the next one has it.
        let stable = picture(groups: [group()])
        let moved = picture(groups: [group("billing", "Empty", members: [], coordinator: 2)], silent: [1])
        #expect(
            notices([stable, stable, picture(silent: [1]), picture(silent: [1]), moved, moved])
                == [
                    .brokerUnreachable(1), .coordinatorMoved(group: "billing", from: 1, to: 2),
                    .membersLeft(group: "billing", ["one", "two"]),
                    .groupChanged("billing", state: "Empty", members: 0),
                ])
        #expect(notices([stable, picture(silent: [1]), stable]) == [.brokerUnreachable(1)], "as it was")
    }

    @Test func `a member that goes is named, and one that comes is counted`() {
        // As inside.
        let (two, one) = (picture(groups: [group()]), picture(groups: [group(members: ["two"])]))
        #expect(
            notices([two, two, one])
                == [.membersLeft(group: "billing", ["one"]), .groupChanged("billing", state: "Stable", members: 1)])
        #expect(notices([one, one, two]) == [.groupChanged("billing", state: "Stable", members: 2)])
        let untold = picture(groups: [group(members: nil)])
        #expect(notices([two, untold, two, untold, one]).count == 2, "who is not told has not gone")
        let text = EventSummary(.notice(.membersLeft(group: "billing", ["a", "b", "c", "d"]), at: start)).text
        #expect(text == "4 members left billing, or were removed: a, b, c and others")
    }

    @Test func `a static member that comes back has not left`() {
        // It has another id then, in the same place.
        func picture(member id: String, _ instance: String?) -> ClusterSnapshot {
            var group = group(members: [])
            group.members = [.init(id: id, instanceID: instance, clientID: "c", clientHost: "h", assignment: [])]
            return self.picture(groups: [group])
        }
        #expect(notices([picture(member: "one-1", "one"), picture(member: "one-2", "one")]).isEmpty)
        #expect(notices([picture(member: "one-1", nil), picture(member: "one-2", nil)]).count == 1)
    }

    @Test func `that nobody answered says nothing of the controllers`() {
        // After each sleep of a laptop no controller was active, and a round later one was.
        let nobody = picture(controller: nil, silent: [1, 2])
        let told = notices([picture()] + Array(repeating: nobody, count: 9) + [picture(controller: nil), picture()])
        #expect(!told.contains(.controllersLost(.fromOutside)) && !told.contains(.controllerReturned(101)), "\(told)")
    }

    @Test func `each election of a controller is told as inside`() {
        // "The active one: topics and elections go on" was said where they had never stopped.
        func elected(_ id: BrokerID, _ epoch: Int32, second: Int) -> ClusterEvent {
            let at = start + .seconds(second)
            return .node(BrokerEvent(at: at, node: id, kind: .controllerElected(epoch: epoch, because: nil)))
        }
        let (first, gone, next) = (picture(), picture(controller: nil), picture(controller: 102, epoch: 6))
        #expect(told([first, first, gone, gone, next, next]) == [elected(102, 6, second: 3)])
        #expect(told([first, picture(epoch: 6)]) == [elected(101, 6, second: 0)], "the same once more")
        let lost = told([first] + Array(repeating: gone, count: 8) + [next])
        #expect(
            lost == [
                .notice(.controllersLost(.fromOutside), at: start + .seconds(2)), elected(102, 6, second: 8),
                .notice(.controllerReturned(102), at: start + .seconds(8)),
            ])
        #expect(EventSummary(lost[0]).text == "No controller is active: the brokers reach none")
        // A cluster that runs with ZooKeeper tells no epoch.
        #expect(
            told([picture(epoch: nil), picture(controller: 102, epoch: nil)])
                == [.notice(.controllerReturned(102), at: start)])
        #expect(told([gone, gone, first, first]).isEmpty, "the first that is heard of")
    }

    @Test func `another cluster at the same address begins with nothing known`() {
        // Its groups are not new, and nobody was elected.
        var other = picture(controller: 9, epoch: 1, groups: [group("audit")])
        other.clusterID = "d"
        let first = picture(groups: [group()])
        #expect(told([first, first, first, other, other]).map { EventSummary($0).kind } == [.broker])
    }
}
