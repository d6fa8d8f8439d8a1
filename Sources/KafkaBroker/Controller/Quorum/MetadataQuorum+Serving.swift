import KafkaProtocol
import NIOCore

extension MetadataQuorum {
    /// Answers a request that belongs to the quorum; false for any other.
    package mutating func handle(_ call: Controller.Call) throws -> Bool {
        switch call.header.requestApiKey {
        case .vote: try vote(VoteRequest(decoding: call.body, version: call.version), call)
        case .beginQuorumEpoch:
            try beginEpoch(BeginQuorumEpochRequest(decoding: call.body, version: call.version), call)
        case .endQuorumEpoch: try endEpoch(EndQuorumEpochRequest(decoding: call.body, version: call.version), call)
        case .fetch: try fetch(FetchRequest(decoding: call.body, version: call.version), call)
        case .fetchSnapshot: try fetchSnapshot(FetchSnapshotRequest(decoding: call.body, version: call.version), call)
        default: return false
        }
        return true
    }

    mutating func respond(_ response: some KafkaResponse, to call: Controller.Call) {
        out.append(call.answer(response))
    }

    func isOfAnotherCluster(_ clusterID: String?) -> Bool { clusterID.map { $0 != settings.clusterID } ?? false }
}
