import KafkaCluster
import KafkaProtocol

/// What one broker can tell for all: the metadata, and who decides.
extension SurveyRounds {
    /// Who has not answered about the metadata or the quorum after this is late. One answer that took long, as of a
    /// broker that was frozen meanwhile, does not let the next one take for ever.
    private var promptness: Duration { min(max(.milliseconds(500), metadataTook * 3), patience / 2) }

    private struct MetadataCandidate: Sendable {
        var id: BrokerID?
        var address: ClusterSurvey.Address
    }

    /// From the broker that was asked before, from each other, and at last from the servers that the user named.
    func askMetadata() async throws {
        let question = survey.metadataQuestion
        var failures: [(address: String, error: any Error)] = []
        let isAnswered = try await askInTurn(metadataCandidates) { [wire, patience, now] candidate in
            let askedAt = now()
            return (try await wire.ask(question.request, of: candidate.address, patience: patience), askedAt)
        } until: { candidate, outcome in
            switch outcome {
            case .success((let response, let askedAt)):
                metadataTook = now() - askedAt
                survey.take(response, isWhole: question.isWhole, at: now())
                metadataBroker =
                    candidate.id ?? survey.brokers.first { survey.address(of: $0) == candidate.address }
                return true
            case .failure(let error as CancellationError): throw error
            case .failure(let error):
                let error = survey.brokers.isEmpty ? wire.security.metadataFailure(error) : error
                failures.append((candidate.address.description, error))
                if let id = candidate.id { survey.silence(of: id, "\(error)") }
                return false
            }
        }
        if !isAnswered { throw WireError.nobody(failures) }
    }

    private func candidates(_ brokers: [BrokerID]) -> [MetadataCandidate] {
        brokers.compactMap { id in survey.address(of: id).map { MetadataCandidate(id: id, address: $0) } }
    }

    private var metadataCandidates: [MetadataCandidate] {
        let known = candidates(survey.metadataBrokers(after: metadataBroker))
        return known
            + bootstrapServers.filter { server in !known.contains { $0.address == server } }
            .map { MetadataCandidate(id: nil, address: $0) }
    }

    /// From a broker that knows: one that does not answer, or cannot reach the controllers, says nothing about them.
    /// Whoever knows is asked for the metadata too, since another may know an old state of the cluster.
    func askQuorum() async {
        guard survey.hasQuorum else { return }
        let inOrder = candidates(survey.quorumBrokers(first: metadataBroker))
        let isAnswered = try? await askInTurn(inOrder) { [wire, patience] candidate in
            try await wire.ask(ClusterSurvey.metadataQuorum, of: candidate.address, patience: patience)
        } until: { candidate, outcome in
            switch outcome {
            case .success(let answer):
                guard survey.take(answer) else { return false }
                metadataBroker = candidate.id
                return true
            case .failure(is NegotiatedVersions.Unsupported):
                survey.quorumIsSilent(isUnsupported: true)
                return true
            case .failure(let error as CancellationError): throw error
            // The next one may know.
            case .failure: return false
            }
        }
        if isAnswered == false { survey.quorumIsSilent(isUnsupported: false) }
    }

    /// Asks one after the other until an outcome is enough: the next when it is not, and beside one that is late, which a
    /// frozen broker would be for as long as our patience lasts. Returns whether one was.
    private func askInTurn<Candidate: Sendable, Answer: Sendable>(
        _ candidates: [Candidate], asking: @escaping @Sendable (Candidate) async throws -> Answer,
        until isEnough: (Candidate, Result<Answer, any Error>) throws -> Bool
    ) async throws -> Bool {
        let (news, continuation) = AsyncStream.makeStream(of: TurnNews<Answer>.self)
        var asked = 0
        var waiting = 0
        func askNext() {
            guard asked < candidates.count else { return }
            let (number, candidate) = (asked, candidates[asked])
            asked += 1
            waiting += 1
            Task {
                let outcome: Result<Answer, any Error>
                do { outcome = .success(try await asking(candidate)) } catch { outcome = .failure(error) }
                continuation.yield(.outcome(number, outcome))
            }
            Task { [promptness] in
                try? await Task.sleep(for: promptness)
                continuation.yield(.late(number))
            }
        }
        askNext()
        guard waiting > 0 else { return false }
        for await one in news {
            switch one {
            case .late(let number): if number == asked - 1 { askNext() }
            case .outcome(let number, let outcome):
                try Task.checkCancellation()
                if try isEnough(candidates[number], outcome) { return true }
                waiting -= 1
                askNext()
                if waiting == 0 { return false }
            }
        }
        throw CancellationError()
    }
}

/// What is heard of those who are asked in turn, by their number.
private enum TurnNews<Answer: Sendable>: Sendable {
    case outcome(Int, Result<Answer, any Error>)
    /// It has not answered yet.
    case late(Int)
}
