import KafkaBroker
import KafkaCluster
import KafkaProtocol
import NIOCore

/// A request that a fault makes fail, and how.
struct FailedRequest {
    var outcome: RequestFault.Outcome
    var request: ByteBuffer
}

/// A request between nodes, by its number on its way.
struct PeerRequestKey: Hashable {
    var from: BrokerID
    var to: BrokerID
    var correlationId: Int32
}

/// Requests that fail in a way of their own, as live: answered with an error instead of being carried out, carried out and
/// then answered with an error, or carried out and never answered.
extension World {
    func failure(of frame: ByteBuffer, from client: String, at node: BrokerID) -> FailedRequest? {
        guard !faults.isQuiet, let key = frame.getInteger(at: frame.readerIndex, as: Int16.self),
            let outcome = faults.fate(of: APIKey(rawValue: key), from: client, at: node)
        else { return nil }
        return FailedRequest(outcome: outcome, request: frame)
    }

    /// A node is known to faults by the client id of its requests.
    static func peerName(_ id: BrokerID) -> String { "broker-\(id)" }

    /// Whether the request goes on to its receiver.
    func admits(_ frame: ByteBuffer, from peer: BrokerID, to id: BrokerID) throws(Violation) -> Bool {
        guard let failed = failure(of: frame, from: Self.peerName(peer), at: id), let head = RequestHead(frame) else {
            return true
        }
        switch failed.outcome {
        case .failBefore(let error):
            guard let answer = FailedAnswer.make(to: frame, with: error) else { return true }
            try observe(.refused(error))
            transmit(answer, isRequest: false, from: id, to: peer)
            return false
        case .failAfter, .withhold:
            peerOutcomes[PeerRequestKey(from: peer, to: id, correlationId: head.correlationId)] = failed
            return true
        }
    }

    /// What becomes of a node's answer to another; nil if it never leaves.
    func fated(_ answer: ByteBuffer, by id: BrokerID, to peer: BrokerID) throws(Violation) -> ByteBuffer? {
        guard !peerOutcomes.isEmpty, let correlation = answer.getInteger(at: answer.readerIndex, as: Int32.self),
            let failed = peerOutcomes.removeValue(
                forKey: PeerRequestKey(from: peer, to: id, correlationId: correlation))
        else { return answer }
        guard case .failAfter(let error) = failed.outcome else { return nil }
        guard let changed = FailedAnswer.make(of: answer, to: failed.request, with: error) else { return answer }
        try observe(.refused(error))
        return changed
    }

    /// Nobody answers what a node was asked, or waits for what it has asked, in a former life.
    func forgetPeerOutcomes(of id: BrokerID) {
        if peerOutcomes.isEmpty { return }
        peerOutcomes = peerOutcomes.filter { $0.key.from != id && $0.key.to != id }
    }

    // MARK: Late requests

    /// A frame that a reset takes with it. Bytes that have reached the other side may still be read there, later.
    func lost(_ frame: ByteBuffer, isRequest: Bool, from: BrokerID, to: BrokerID) {
        guard setup.requestsComeLate, isRequest, let key = frame.getInteger(at: frame.readerIndex, as: Int16.self),
            Self.lateKinds.contains(APIKey(rawValue: key)), Bool.random(using: &generator)
        else { return }
        lateCount += 1
        var late = frame
        // Its answer has nowhere to go: the sender waits for no such number.
        late.setInteger(0x4000_0000 + lateCount, at: late.readerIndex + 4)
        let delay = Duration.microseconds(Int.random(in: 0...3_000_000, using: &generator))
        post(.late(from: from, to: to, late), after: delay)
    }

    private static let lateKinds: [APIKey] = [.alterPartition, .brokerHeartbeat, .fetch, .vote, .beginQuorumEpoch]

    func lateArrived(from: BrokerID, to: BrokerID, _ frame: ByteBuffer) throws(Violation) {
        let receiver = node(to)
        guard receiver.isUp else { return }
        trace.note(now, .fault("a late request of \(from) arrives"))
        try observe(.late(from: from, to: to))
        try deliver(.peerRequest(from: from, frame), to: to, life: receiver.life)
    }
}
