import KafkaCluster
import KafkaProtocol

/// The rounds in which a cluster is asked, one after the other.
///
/// First one broker is asked for the metadata, then all for what only they know. After `gathering` the picture is shown
/// with what has come; who has not answered yet is not asked again until he has. The very first picture is shown after
/// `glance`: of a large cluster it holds what is decided, and the figures follow.
actor SurveyRounds {
    private static let gathering = Duration.milliseconds(300)
    private static let glance = Duration.milliseconds(20)

    let bootstrapServers: [ClusterSurvey.Address]
    let wire: ClusterWire
    /// Who has not answered for so long does not answer.
    let patience: Duration
    private let pictures: Listeners<ClusterSnapshot>
    private let happenings: Listeners<ClusterEvent>
    let now: @Sendable () -> Instant

    var survey = ClusterSurvey()
    private var watch = SurveyWatch()
    private var shown: ClusterSnapshot?
    /// Whether what is shown is only what came at first sight.
    private var isGlance = false
    private var faults: [FaultState.ActiveFault] = []
    var metadataBroker: BrokerID?
    /// How long the last answer about the metadata was under way.
    var metadataTook = Duration.zero
    /// Who is being asked.
    private var busy: [BrokerID: Task<Void, Never>] = [:]
    private var isAskingQuorum = false
    private var loop: Task<Void, Never>?

    init(
        bootstrapServers: [ClusterSurvey.Address], wire: ClusterWire, patience: Duration,
        pictures: Listeners<ClusterSnapshot>,
        happenings: Listeners<ClusterEvent>, now: @escaping @Sendable () -> Instant
    ) {
        self.bootstrapServers = bootstrapServers
        self.wire = wire
        self.patience = patience
        self.pictures = pictures
        self.happenings = happenings
        self.now = now
    }

    // MARK: The loop

    func start() async throws {
        try await wire.security.getReady()
        try await askMetadata()
        loop = Task { await self.run() }
    }

    func shutDown() async {
        loop?.cancel()
        await wire.close()
        await loop?.value
    }

    private func run() async {
        var isFirst = true
        while !Task.isCancelled {
            // The first metadata has just come.
            if !isFirst { try? await askMetadata() }
            isFirst = false
            let begun = now()
            await askAll(within: Self.gathering, showingAfter: shown == nil ? Self.glance : nil)
            show()
            try? await Task.sleep(for: ClusterSurvey.pause(afterRoundOf: metadataTook + (now() - begun)))
        }
    }

    func freshSnapshot() async throws -> ClusterSnapshot {
        let begun = now()
        // Who is being asked is not asked a second time, and what he will say is of before this.
        while now() - begun < patience, let task = busy.first(where: { !survey.isSilent($0.key) })?.value {
            await task.value
        }
        survey.expectEverything()
        try await askMetadata()
        await askAll(within: max(Self.gathering, patience - (now() - begun)), joining: true)
        return survey.snapshot(at: now())
    }

    func show(_ interest: ClusterSurvey.Interest) { survey.interest = interest }

    func show(_ faults: [FaultState.ActiveFault]) { self.faults = faults }

    /// For one who has begun to listen.
    func showAgain() { if let shown { pictures.send(shown) } }

    private func show() {
        var snapshot = survey.snapshot(at: now())
        snapshot.faults = faults
        if let shown, !isGlance {
            for event in watch.events(from: shown, to: snapshot, at: snapshot.takenAt) { happenings.send(event) }
        }
        shown = snapshot
        isGlance = false
        pictures.send(snapshot)
    }

    // MARK: Asking

    private enum Moment { case answered, glance, end }

    /// All at once, and who decides. Returns when all have answered, or this much later; what has come is shown once
    /// before, where that is asked for. `joining` waits for those too who are asked by another round, and not for those
    /// who have not answered before.
    private func askAll(within limit: Duration, showingAfter glance: Duration? = nil, joining: Bool = false) async {
        let asked = survey.brokers.filter { busy[$0] == nil }
        for broker in asked {
            busy[broker] = Task {
                await self.ask(broker)
                self.busy[broker] = nil
            }
        }
        let (moments, continuation) = AsyncStream.makeStream(of: Moment.self)
        let awaited = joining ? busy.keys.filter { !survey.isSilent($0) } : asked
        for task in awaited.compactMap({ busy[$0] }) {
            Task {
                await task.value
                continuation.yield(.answered)
            }
        }
        var left = awaited.count
        if !isAskingQuorum {
            // Without a controller it is answered late.
            isAskingQuorum = true
            left += 1
            Task {
                await self.askQuorum()
                self.isAskingQuorum = false
                continuation.yield(.answered)
            }
        }
        guard left > 0 else { return }
        let timer = Task {
            if let glance {
                try? await Task.sleep(for: glance)
                continuation.yield(.glance)
            }
            try? await Task.sleep(for: limit - (glance ?? .zero))
            continuation.yield(.end)
        }
        gathering: for await moment in moments {
            switch moment {
            case .answered: left -= 1
            case .glance:
                show()
                isGlance = true
            case .end: break gathering
            }
            if left == 0 { break }
        }
        timer.cancel()
    }

    private func ask(_ broker: BrokerID) async {
        guard let address = survey.address(of: broker) else { return }
        survey.beginRound(with: broker, at: now())
        do {
            let connection = try await wire.connection(to: address, patience: patience)
            try await ask(survey.questions(for: broker), of: broker, over: connection)
            try await ask(survey.groupQuestions(for: broker), of: broker, over: connection)
            survey.finishedRound(with: broker)
        } catch is CancellationError {
        } catch {
            survey.silence(of: broker, "\(error)")
        }
    }

    /// All under way at once over one connection. What the broker does not know stays unknown; anything else means that
    /// it does not answer.
    private func ask(
        _ questions: [ClusterSurvey.Question], of broker: BrokerID, over connection: BrokerConnection
    ) async throws {
        let answers = try await withThrowingTaskGroup(of: ClusterSurvey.Answer?.self) { [wire, patience] group in
            for question in questions {
                group.addTask {
                    do {
                        return try await wire.answer(to: question, over: connection, patience: patience)
                    } catch is NegotiatedVersions.Unsupported {
                        return nil
                    }
                }
            }
            var answers: [ClusterSurvey.Answer] = []
            for try await answer in group { if let answer { answers.append(answer) } }
            return answers
        }
        for answer in answers { survey.take(answer, from: broker, at: now()) }
    }

    func ask<Request: KafkaRequest & Sendable>(
        _ request: Request, at broker: BrokerID, patience: Duration
    ) async throws -> Request.Response where Request.Response: Sendable {
        guard let address = survey.address(of: broker) else { throw UnknownBroker(broker: broker) }
        return try await wire.ask(request, of: address, patience: patience)
    }

    private struct UnknownBroker: Error, CustomStringConvertible {
        var broker: BrokerID
        var description: String { "Nobody knows where broker \(broker) is" }
    }

    func ask<Request: KafkaRequest & Sendable>(
        _ request: Request, patience: Duration
    ) async throws -> Request.Response where Request.Response: Sendable {
        let controller = survey.hasQuorum ? nil : survey.metadataController
        guard let broker = controller ?? survey.metadataBroker(after: metadataBroker),
            let address = survey.address(of: broker)
        else { throw WireError.nobodyAnswers(["no broker is known"]) }
        defer { survey.expectChange() }
        return try await wire.ask(request, of: address, patience: patience)
    }
}

extension ClusterWire {
    nonisolated fileprivate func answer(
        to question: ClusterSurvey.Question, over connection: BrokerConnection, patience: Duration
    ) async throws -> ClusterSurvey.Answer {
        func ask<Request: KafkaRequest>(_ request: Request) async throws -> Request.Response {
            try await self.ask(request, over: connection, patience: patience)
        }
        return switch question {
        case .offsets(let mark, let request): .offsets(mark, try await ask(request))
        case .listGroups(let request): .listGroups(try await ask(request))
        case .logDirs(let request): .logDirs(try await ask(request))
        case .describeGroups(let request): .describeGroups(try await ask(request))
        case .describeConsumerGroups(let request): .describeConsumerGroups(try await ask(request))
        case .committed(let groups): .committed(try await committed(groups, over: connection, patience: patience))
        }
    }

    nonisolated private func committed(
        _ groups: [String], over connection: BrokerConnection, patience: Duration
    ) async throws -> [OffsetFetchResponse.OffsetFetchResponseGroup] {
        let requests = CommittedOffsets.requests(
            for: groups, version: try connection.versions.version(for: OffsetFetchRequest.self))
        var found: [OffsetFetchResponse.OffsetFetchResponseGroup] = []
        for (group, request) in requests {
            let response = try await ask(request, over: connection, patience: patience)
            found += CommittedOffsets.groups(response, of: group)
        }
        return found
    }
}
