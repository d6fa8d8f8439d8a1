import KafkaBroker
import KafkaProtocol
import Testing

@testable import KafkaCluster

/// A picture that is kept ready and changed in places is the one that would be made anew.
@Suite struct SurveyedPictureTests {
    fileprivate static let now = Instant(monotonicNanoseconds: 1_000_000_000, wallClockMilliseconds: 1_700_000_000_000)

    /// A cluster as it is, of which brokers tell.
    fileprivate struct World {
        struct Partition {
            var leader: BrokerID = 1
            var epoch: Int32 = 0
            var replicas: [BrokerID] = [1, 2, 3]
            var ends: [BrokerID: Int64] = [:]
            var start: Int64 = 0
        }

        var random: SeededGenerator
        var topics: [String: (id: Uuid, partitions: [Partition])] = [:]
        /// Committed offsets of partition 0 of a topic.
        var groups: [String: (coordinator: BrokerID, state: String, topic: String, offset: Int64)] = [:]
        var listed: Set<BrokerID> = [1, 2, 3]

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            for _ in 0..<4 { create() }
        }

        mutating func create() {
            let name = "t\(Int.random(in: 0..<6, using: &random))"
            guard topics[name] == nil else { return }
            let count = Int.random(in: 1...3, using: &random)
            let id = Uuid(high: 1, low: UInt64.random(in: 1...1_000_000, using: &random))
            topics[name] = (id, (0..<count).map { _ in Partition() })
        }

        /// One thing is another now.
        mutating func change() {
            let name = topics.keys.sorted().randomElement(using: &random) ?? ""
            let broker = BrokerID(rawValue: Int32.random(in: 1...3, using: &random))
            let group = "g\(Int.random(in: 0..<4, using: &random))"
            switch Int.random(in: 0..<9, using: &random) {
            case 0: create()
            case 1: topics[name] = nil
            case 2: topics[name]?.partitions.append(Partition())
            case 3, 4:
                topics[name]?.partitions[0].leader = broker
                topics[name]?.partitions[0].epoch += 1
            case 5: if listed.remove(broker) == nil { listed.insert(broker) }
            case 6: groups[group] = (broker, "Stable", name, Int64.random(in: 0..<9, using: &random))
            case 7: groups[group] = nil
            default:
                topics[name]?.partitions[0].ends[broker, default: 0] += 1
                topics[name]?.partitions[0].start += 1
            }
        }

        var metadata: MetadataResponse {
            var response = MetadataResponse()
            response.clusterId = "a-cluster"
            response.brokers = listed.sorted().map { id in
                var broker = MetadataResponse.MetadataResponseBroker()
                broker.nodeId = id
                return broker
            }
            response.topics = topics.sorted { $0.key < $1.key }.map { name, made in
                var topic = MetadataResponse.MetadataResponseTopic()
                topic.name = name
                topic.topicId = made.id
                topic.partitions = made.partitions.enumerated().map { index, one in
                    var partition = MetadataResponse.MetadataResponsePartition()
                    partition.partitionIndex = Int32(index)
                    partition.leaderId = one.leader
                    partition.leaderEpoch = one.epoch
                    partition.replicaNodes = one.replicas
                    partition.isrNodes = one.replicas
                    return partition
                }
                return topic
            }
            return response
        }

        private func offsets(_ request: ListOffsetsRequest, _ offset: (Partition) -> Int64?) -> ListOffsetsResponse {
            var response = ListOffsetsResponse()
            response.topics = request.topics.map { asked in
                var topic = ListOffsetsResponse.ListOffsetsTopicResponse()
                topic.name = asked.name
                topic.partitions = asked.partitions.map { asked in
                    var partition = ListOffsetsResponse.ListOffsetsPartitionResponse()
                    partition.partitionIndex = asked.partitionIndex
                    let known = topics[topic.name]?.partitions ?? []
                    let place = Int(asked.partitionIndex)
                    if place < known.count, let offset = offset(known[place]) {
                        partition.offset = offset
                    } else {
                        partition.errorCode = .notLeaderOrFollower
                    }
                    return partition
                }
                return topic
            }
            return response
        }

        func answer(_ question: ClusterSurvey.Question, of broker: BrokerID) -> ClusterSurvey.Answer {
            let own = groups.filter { $0.value.coordinator == broker }.sorted { $0.key < $1.key }
            switch question {
            case .offsets(.logEnd, let request): return .offsets(.logEnd, offsets(request) { $0.ends[broker] ?? 0 })
            case .offsets(let mark, let request):
                let response = offsets(request) { partition in
                    guard partition.leader == broker else { return nil }
                    return mark == .logStart ? partition.start : partition.ends[broker] ?? 0
                }
                return .offsets(mark, response)
            case .listGroups:
                var response = ListGroupsResponse()
                response.groups = own.map { id, group in
                    var listed = ListGroupsResponse.ListedGroup()
                    listed.groupId = id
                    listed.groupState = group.state
                    listed.groupType = group.offset % 2 == 0 ? "Classic" : "Consumer"
                    return listed
                }
                return .listGroups(response)
            case .logDirs:
                var directory = DescribeLogDirsResponse.DescribeLogDirsResult()
                directory.topics = topics.sorted { $0.key < $1.key }.map { name, made in
                    var topic = DescribeLogDirsResponse.DescribeLogDirsTopic()
                    topic.name = name
                    topic.partitions = made.partitions.enumerated().map { index, one in
                        var partition = DescribeLogDirsResponse.DescribeLogDirsPartition()
                        partition.partitionIndex = Int32(index)
                        partition.partitionSize = (one.ends[broker] ?? 0) * 100
                        return partition
                    }
                    return topic
                }
                var response = DescribeLogDirsResponse()
                response.results = [directory]
                return .logDirs(response)
            case .describeGroups(let request):
                var response = DescribeGroupsResponse()
                response.groups = request.groups.map { id in
                    var group = DescribeGroupsResponse.DescribedGroup()
                    group.groupId = id
                    group.groupState = groups[id]?.state ?? "Dead"
                    return group
                }
                return .describeGroups(response)
            case .describeConsumerGroups(let request):
                var response = ConsumerGroupDescribeResponse()
                response.groups = request.groupIds.map { id in
                    var group = ConsumerGroupDescribeResponse.DescribedGroup()
                    group.groupId = id
                    guard let known = groups[id], known.offset % 2 == 1 else {
                        group.errorCode = .groupIdNotFound
                        return group
                    }
                    group.groupState = known.state
                    group.groupEpoch = Int32(known.offset)
                    var topic = ConsumerGroupDescribeResponse.TopicPartitions()
                    topic.topicName = known.topic
                    topic.partitions = [0]
                    var member = ConsumerGroupDescribeResponse.Member()
                    member.memberId = "m"
                    member.assignment.topicPartitions = [topic]
                    group.members = [member]
                    return group
                }
                return .describeConsumerGroups(response)
            case .committed(let ids):
                return .committed(
                    ids.map { id in
                        var group = OffsetFetchResponse.OffsetFetchResponseGroup()
                        group.groupId = id
                        guard let known = groups[id] else { return group }
                        var partition = OffsetFetchResponse.OffsetFetchResponsePartitions()
                        partition.committedOffset = known.offset
                        var topic = OffsetFetchResponse.OffsetFetchResponseTopics()
                        topic.name = known.topic
                        topic.partitions = [partition]
                        group.topics = [topic]
                        return group
                    })
            }
        }
    }

    private static func isAsMadeAnew(
        seed: UInt64, room: (partitions: Int, groups: Int), quietRounds: Int
    ) -> Bool {
        var world = World(seed: seed)
        var kept = ClusterSurvey()
        kept.roomInRound = room
        var random = SeededGenerator(seed: seed &* 77)
        for _ in 0..<40 {
            for _ in 0..<Int.random(in: 0...3, using: &random) { world.change() }
            if Int.random(in: 0..<3, using: &random) > 0 { kept.takeMetadata(of: world) }
            // Those that are listed no more may answer late.
            for broker: BrokerID in [1, 2, 3] {
                switch Int.random(in: 0..<6, using: &random) {
                case 0: kept.silence(of: broker, "does not answer")
                case 1: break
                default: ask(broker, in: world, &kept)
                }
            }
            if Int.random(in: 0..<8, using: &random) == 0 {
                kept.interest.topics = Set(world.topics.keys.sorted().prefix(Int.random(in: 0...2, using: &random)))
                kept.interest.groups = Set(world.groups.keys.sorted().prefix(Int.random(in: 0...2, using: &random)))
            }
            if Bool.random(using: &random) { _ = kept.snapshot(at: now) }
        }
        var anew = ClusterSurvey()
        anew.take(world.metadata, at: now)
        // As many rounds as it takes until everything is asked once.
        for _ in 0..<quietRounds {
            kept.takeMetadata(of: world)
            for broker in kept.brokers { ask(broker, in: world, &kept) }
            for broker in anew.brokers { ask(broker, in: world, &anew) }
        }
        var (old, new) = (kept.snapshot(at: now), anew.snapshot(at: now))
        // A topic of which nobody tells any more was told of at some time.
        for index in old.topics.indices { old.topics[index].heardAt = nil }
        for index in new.topics.indices { new.topics[index].heardAt = nil }
        // Who was listed once stays in the picture.
        return old.topics == new.topics && old.groups == new.groups
            && old.brokers.filter { $0.state == .running } == new.brokers.filter { $0.state == .running }
    }

    private static func ask(_ broker: BrokerID, in world: World, _ survey: inout ClusterSurvey) {
        for question in survey.questions(for: broker) {
            survey.take(world.answer(question, of: broker), from: broker, at: now)
        }
        for question in survey.groupQuestions(for: broker) {
            survey.take(world.answer(question, of: broker), from: broker, at: now)
        }
        survey.finishedRound(with: broker)
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `what was kept and changed in places is what would be made anew`(seed: UInt64) {
        #expect(Self.isAsMadeAnew(seed: seed, room: ClusterSurvey().roomInRound, quietRounds: 5))
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `so is what was asked for in some rounds only`(seed: UInt64) {
        // Of many partitions and groups only those are asked for at once that somebody looks at, and those just taken over.
        #expect(Self.isAsMadeAnew(seed: seed, room: (partitions: 0, groups: 0), quietRounds: 20))
    }

    @Test func `a round that brings nothing new leaves the picture's storage as it was`() throws {
        // By that it is seen without comparing tens of thousands of partitions.
        var world = World(seed: 1)
        world.groups["g"] = (1, "Stable", "t0", 3)
        var survey = ClusterSurvey()
        survey.take(world.metadata, at: Self.now)
        for broker in survey.brokers { Self.ask(broker, in: world, &survey) }
        let before = survey.snapshot(at: Self.now)
        try #require(before.topics.count > 1)
        let moved = before.topics[0].name
        world.topics[moved]?.partitions[0].ends[1, default: 0] += 1
        survey.take(world.metadata, at: Self.now)
        for broker in survey.brokers { Self.ask(broker, in: world, &survey) }
        let after = survey.snapshot(at: Self.now)
        func isShared(_ name: String) throws -> Bool {
            let one = try #require(before.topics.first { $0.name == name })
            let other = try #require(after.topics.first { $0.name == name })
            return one.partitions.withUnsafeBufferPointer { one in
                other.partitions.withUnsafeBufferPointer { $0.baseAddress == one.baseAddress }
            }
        }
        for topic in before.topics { #expect(try isShared(topic.name) == (topic.name != moved)) }
    }

    @Test func `a late answer of a broker that is gone is not in the picture`() {
        // It would stay there for as long as the broker is away.
        var world = World(seed: 1)
        var survey = ClusterSurvey()
        survey.take(world.metadata, at: Self.now)
        let late = survey.questions(for: 3).map { world.answer($0, of: 3) }
        world.listed.remove(3)
        survey.take(world.metadata, at: Self.now)
        for answer in late { survey.take(answer, from: 3, at: Self.now) }
        let replicas = survey.snapshot(at: Self.now).topics.flatMap(\.partitions).flatMap(\.replicas)
        #expect(replicas.contains { $0.broker == 3 })
        #expect(replicas.allSatisfy { $0.broker != 3 || $0.logEndOffset == nil && $0.state == .offline })
    }

    @Test func `a topic that is told twice is there once`() {
        // A peer's bytes are no reason to fall.
        let world = World(seed: 1)
        var answer = world.metadata
        answer.topics += answer.topics
        var survey = ClusterSurvey()
        survey.take(answer, at: Self.now)
        #expect(survey.snapshot(at: Self.now).topics.map(\.name) == world.topics.keys.sorted())
    }

    @Test(arguments: [false, true])
    func `a topic made anew has nothing of the one before`(tellsIDs: Bool) throws {
        // It would show the other's size and lag until somebody asks.
        var world = World(seed: 1)
        world.topics = ["t": (tellsIDs ? Uuid(high: 1, low: 1) : .zero, [World.Partition(epoch: 5, ends: [1: 90])])]
        var survey = ClusterSurvey()
        survey.take(world.metadata, at: Self.now)
        for broker in survey.brokers { Self.ask(broker, in: world, &survey) }
        #expect(survey.snapshot(at: Self.now).topics[0].partitions[0].sizeInBytes == 9_000)
        world.topics = ["t": (tellsIDs ? Uuid(high: 1, low: 2) : .zero, [World.Partition(epoch: 0)])]
        survey.take(world.metadata, at: Self.now)
        let partition = survey.snapshot(at: Self.now).topics[0].partitions[0]
        #expect(partition.sizeInBytes == nil && partition.highWatermark == nil && partition.logEndOffset == nil)
    }

    @Test func `a topic is as fresh as the oldest word of its leaders`() {
        // A rate over the time since a follower spoke would be anything.
        var world = World(seed: 1)
        world.topics = ["t": (Uuid(high: 1, low: 1), [World.Partition(leader: 1), World.Partition(leader: 2)])]
        var survey = ClusterSurvey()
        survey.take(world.metadata, at: Self.now)
        Self.ask(3, in: world, &survey)
        Self.ask(1, in: world, &survey)
        #expect(survey.snapshot(at: Self.now).topics[0].heardAt == nil)
        Self.ask(2, in: world, &survey)
        #expect(survey.snapshot(at: Self.now).topics[0].heardAt == Self.now)
    }

    // MARK: The metadata of a large cluster

    private func large() -> (World, ClusterSurvey) {
        var world = World(seed: 1)
        world.topics["large"] = (
            Uuid(high: 2, low: 2), (0...ClusterSurvey().roomInRound.partitions).map { _ in World.Partition() }
        )
        world.topics["seen"] = (Uuid(high: 2, low: 3), [World.Partition()])
        var survey = ClusterSurvey()
        survey.take(world.metadata, at: Self.now)
        survey.interest.topics = ["seen", "one that is not there"]
        return (world, survey)
    }

    private func told(_ world: World, of names: Set<String>) -> MetadataResponse {
        var response = world.metadata
        response.topics = response.topics.filter { names.contains($0.name ?? "") }
        return response
    }

    @Test func `of a large cluster all topics are asked for in every tenth round`() {
        // A megabyte each second for what hardly ever changes would be the most that klamm does.
        var (world, survey) = large()
        var wholes: [Bool] = []
        for _ in 0..<11 {
            let question = survey.metadataQuestion
            wholes.append(question.isWhole)
            if !question.isWhole { #expect(question.request.topics?.map(\.name) == ["seen"]) }
            world.topics["seen"]?.partitions[0].epoch += 1
            let answer = question.isWhole ? world.metadata : told(world, of: ["seen"])
            survey.take(answer, isWhole: question.isWhole, at: Self.now)
            // What is looked at is fresh in each.
            let epoch = survey.snapshot(at: Self.now).topics.first { $0.name == "seen" }?.partitions[0].leaderEpoch
            #expect(epoch == world.topics["seen"]?.partitions[0].epoch)
        }
        #expect(wholes == (0...10).map { $0 == 9 })
        #expect(survey.snapshot(at: Self.now).topics.count == world.topics.count)
    }

    @Test func `all topics are asked for at once when something tells that they have changed`() {
        // A leader that moved would be shown where it was for ten seconds.
        let changes: [(String, (inout World, inout ClusterSurvey) -> Void)] = [
            (
                "a broker is gone",
                {
                    $0.listed.remove(3); $1.take(self.told($0, of: []), isWhole: false, at: Self.now)
                }
            ),
            ("a broker is silent", { $1.silence(of: 2, "does not answer") }),
            ("somebody has changed something", { $1.expectChange() }),
            (
                "a topic is gone",
                { world, survey in
                    var answer = self.told(world, of: ["seen"])
                    answer.topics[0].errorCode = .unknownTopicOrPartition
                    survey.take(answer, isWhole: false, at: Self.now)
                }
            ),
            (
                "a broker leads no more",
                { world, survey in
                    world.topics["large"]?.partitions[0].leader = 2
                    Self.ask(1, in: world, &survey)
                }
            ),
        ]
        for (name, change) in changes {
            var (world, survey) = large()
            #expect(!survey.metadataQuestion.isWhole)
            change(&world, &survey)
            #expect(survey.metadataQuestion.isWhole, "\(name)")
        }
    }

    @Test func `a change that is told while an answer is under way is not forgotten`() {
        // That answer is from before.
        let (world, before) = large()
        var survey = before
        survey.expectChange()
        #expect(survey.metadataQuestion.isWhole)
        survey.take(world.metadata, at: Self.now)
        #expect(survey.metadataQuestion.isWhole)
        survey.take(world.metadata, at: Self.now)
        #expect(!survey.metadataQuestion.isWhole)
    }

    @Test func `a new leader is asked for the high watermark at once, whoever looks`() {
        // The lag of every group there would be unknown for ten rounds.
        var (world, survey) = large()
        for broker in survey.brokers { Self.ask(broker, in: world, &survey) }
        func asked() -> [Int32] {
            for case .offsets(.highWatermark, let request) in survey.questions(for: 2) {
                return request.topics.filter { $0.name == "large" }.flatMap { $0.partitions.map(\.partitionIndex) }
            }
            return []
        }
        #expect(asked() == [])
        world.topics["large"]?.partitions[7].leader = 2
        world.topics["large"]?.partitions[7].epoch += 1
        survey.take(world.metadata, at: Self.now)
        #expect(asked() == [7])
    }
}

extension ClusterSurvey {
    /// The answer to what is asked: all topics, or those that are looked at.
    fileprivate mutating func takeMetadata(of world: SurveyedPictureTests.World) {
        let question = metadataQuestion
        var answer = world.metadata
        if !question.isWhole {
            let all = Dictionary(uniqueKeysWithValues: answer.topics.map { ($0.name, $0) })
            answer.topics = (question.request.topics ?? []).map { asked in
                var unknown = MetadataResponse.MetadataResponseTopic()
                unknown.name = asked.name
                unknown.errorCode = .unknownTopicOrPartition
                return all[asked.name] ?? unknown
            }
        }
        take(answer, isWhole: question.isWhole, at: SurveyedPictureTests.now)
    }
}
