import KafkaCluster
import KafkaProtocol

/// What one broker can tell for all: the metadata, and who decides.
extension SurveyRounds {
    /// Who has not answered about the metadata after this is late. One answer that took long, as of a broker that was
    /// frozen meanwhile, does not let the next one take for ever.
    private var promptness: Duration { min(max(.milliseconds(500), metadataTook * 3), patience / 2) }

    private enum MetadataNews: Sendable {
        case answer(MetadataCandidate, isWhole: Bool, askedAt: Instant, Result<MetadataResponse, any Error>)
        /// Who was asked as this one has not answered yet.
        case late(Int)
    }

    private struct MetadataCandidate: Sendable {
        var id: BrokerID?
        var address: ClusterSurvey.Address
    }

    /// From the broker that was asked before, from each other, and at last from the servers that the user named: the
    /// next one is asked when one fails, and beside one that is late, which a frozen broker would be for as long as our
    /// patience lasts.
    func askMetadata() async throws {
        let (news, continuation) = AsyncStream.makeStream(of: MetadataNews.self)
        let candidates = metadataCandidates
        var asked = 0
        var waiting = 0
        func askNext() {
            guard asked < candidates.count else { return }
            let (number, candidate, question) = (asked, candidates[asked], survey.metadataQuestion)
            let askedAt = now()
            asked += 1
            waiting += 1
            Task { [wire, patience] in
                let result: Result<MetadataResponse, any Error>
                do {
                    result = .success(
                        try await wire.ask(question.request, of: candidate.address, patience: patience))
                } catch {
                    result = .failure(error)
                }
                continuation.yield(.answer(candidate, isWhole: question.isWhole, askedAt: askedAt, result))
            }
            Task { [promptness] in
                try? await Task.sleep(for: promptness)
                continuation.yield(.late(number))
            }
        }
        askNext()
        guard waiting > 0 else { throw WireError.nobody([]) }
        var failures: [(address: String, error: any Error)] = []
        for await one in news {
            switch one {
            case .late(let number): if number == asked - 1 { askNext() }
            case .answer(let candidate, let isWhole, let askedAt, .success(let response)):
                try Task.checkCancellation()
                metadataTook = now() - askedAt
                survey.take(response, isWhole: isWhole, at: now())
                metadataBroker =
                    candidate.id ?? survey.brokers.first { survey.address(of: $0) == candidate.address }
                return
            case .answer(_, _, _, .failure(let error as CancellationError)): throw error
            case .answer(let candidate, _, _, .failure(let error)):
                let error = survey.brokers.isEmpty ? wire.security.metadataFailure(error) : error
                failures.append((candidate.address.description, error))
                if let id = candidate.id { survey.silence(of: id, "\(error)") }
                waiting -= 1
                askNext()
                if waiting == 0 { throw WireError.nobody(failures) }
            }
        }
        throw CancellationError()
    }

    private var metadataCandidates: [MetadataCandidate] {
        let known = survey.metadataBrokers(after: metadataBroker).compactMap { id in
            survey.address(of: id).map { MetadataCandidate(id: id, address: $0) }
        }
        return known
            + bootstrapServers.filter { server in !known.contains { $0.address == server } }
            .map { MetadataCandidate(id: nil, address: $0) }
    }

    /// From a broker that knows: one that does not answer, or cannot reach the controllers, says nothing about them.
    /// Whoever knows is asked for the metadata too, since another may know an old state of the cluster.
    func askQuorum() async {
        guard survey.hasQuorum else { return }
        for broker in survey.quorumBrokers(first: metadataBroker) {
            guard let address = survey.address(of: broker) else { continue }
            do {
                let answer = try await wire.ask(
                    ClusterSurvey.metadataQuorum, of: address, patience: patience)
                if survey.take(answer) {
                    metadataBroker = broker
                    return
                }
            } catch is NegotiatedVersions.Unsupported {
                return survey.quorumIsSilent(isUnsupported: true)
            } catch is CancellationError {
                return
            } catch {
                // The next one may know.
            }
        }
        survey.quorumIsSilent(isUnsupported: false)
    }
}
