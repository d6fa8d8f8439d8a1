import KafkaBroker
import KafkaProtocol
import NIOCore

/// What the controllers decide: who leads, and who is in sync.
extension Oracle {
    /// A record of the metadata log is committed.
    mutating func committed(_ record: MetadataRecord, at offset: Int64) throws(Violation) {
        switch metadata.replay(record) {
        case .none, .registered: return
        case .configured: refreshSettings(at: offset)
        case .removed(let ids):
            for id in ids {
                guard let partition = partitionIndices[id] else { continue }
                partitions[partition].forgetTopic()
                clients.forget(id, number: partition)
            }
            refreshSettings(at: offset)
            return
        case .created(let id, let state):
            let partition = watch(id)
            partitions[partition].forgetTopic()
            partitions[partition].replicationFactor = state.replicas.count
            refreshSettings(of: partition, at: offset)
            if state.leader != .none { lead(state, formerISR: state.isr, isUnclean: false, at: offset, of: partition) }
        case .changed(let id, let old, let new):
            try changed(watch(id), from: old, to: new, at: offset)
        }
    }

    private mutating func refreshSettings(at offset: Int64) {
        for partition in partitions.indices { refreshSettings(of: partition, at: offset) }
    }

    private mutating func refreshSettings(of partition: Int, at offset: Int64) {
        let topic = partitions[partition].id.topic
        partitions[partition].minInsyncReplicas = metadata.minInsyncReplicas(of: topic)
        partitions[partition].isCompacted = topic == "__consumer_offsets" || metadata.isCompacted(topic)
        partitions[partition].noteMinISR(at: offset)
    }

    private mutating func changed(
        _ partition: Int, from old: MetadataMirror.PartitionState, to new: MetadataMirror.PartitionState,
        at offset: Int64
    ) throws(Violation) {
        let id = partitions[partition].id
        partitions[partition].replicationFactor = new.replicas.count
        partitions[partition].noteMinISR(at: offset)
        if new.isr.isEmpty || !new.isr.allSatisfy(new.replicas.contains) {
            throw Violation("an ISR that cannot be", "\(id): ISR \(new.isr) of replicas \(new.replicas)")
        }
        let joined = new.isr.filter { !old.isr.contains($0) }
        if !joined.isEmpty { counts.add(.isrExpansions) }
        if old.isr.contains(where: { !new.isr.contains($0) }) { counts.add(.isrShrinks) }
        guard new.leaderEpoch != old.leaderEpoch else {
            if new.leader != .none { try joinedISR(joined, of: partition, new, at: offset) }
            return
        }
        if new.leader == .none {
            counts.add(.leaderless)
            return
        }
        // The leader asks for a member to join, and by that completes a move: another may lead at once, who has everything.
        let completesMove = old.isMoving && !new.isMoving
        if completesMove { try checkJoined(joined, of: partition, new, epoch: old.leaderEpoch) }
        let formerISR = completesMove ? old.isr + joined : old.isr
        let isUnclean = !formerISR.contains(new.leader)
        if isUnclean, !isUncleanPermitted(id) {
            throw Violation(
                "elected outside the ISR",
                "\(id): \(new.leader) was elected in epoch \(new.leaderEpoch), the ISR was \(old.isr), and nobody permitted it"
            )
        }
        if new.leader != old.leader {
            if isUnclean {
                counts.add(.uncleanElections)
            } else {
                counts.add(
                    new.leader == new.replicas.first && old.leader != .none ? .preferredElections : .cleanElections)
            }
        }
        lead(new, formerISR: formerISR, isUnclean: isUnclean, at: offset, of: partition)
    }

    private mutating func lead(
        _ state: MetadataMirror.PartitionState, formerISR: [BrokerID], isUnclean: Bool, at offset: Int64,
        of partition: Int
    ) {
        partitions[partition].leaderships.append(
            Leadership(
                epoch: state.leaderEpoch, leader: state.leader, formerISR: formerISR, isUnclean: isUnclean,
                view: .init(partitionEpoch: state.partitionEpoch, isr: state.isr, metadataOffset: offset),
                minISR: .init(value: partitions[partition].effectiveMinISR, metadataOffset: offset)))
    }

    /// The ISR changed within a leader epoch: whoever joined must have had everything that is committed.
    private mutating func joinedISR(
        _ joined: [BrokerID], of partition: Int, _ state: MetadataMirror.PartitionState, at offset: Int64
    ) throws(Violation) {
        try checkJoined(joined, of: partition, state, epoch: state.leaderEpoch)
        guard let index = partitions[partition].leadership(epoch: state.leaderEpoch) else { return }
        partitions[partition].leaderships[index].add(
            .init(partitionEpoch: state.partitionEpoch, isr: state.isr, metadataOffset: offset))
        partitions[partition].reckon(index)
    }

    private func checkJoined(
        _ joined: [BrokerID], of partition: Int, _ state: MetadataMirror.PartitionState, epoch: Int32
    ) throws(Violation) {
        guard let index = partitions[partition].leadership(epoch: epoch) else { return }
        let leadership = partitions[partition].leaderships[index]
        if leadership.hasBegun, partitions[partition].newestBegun == index {
            for member in joined where !partitions[partition].isCompacted {
                let had = leadership.everAgreed[member] ?? 0
                let needed = max(partitions[partition].committedEnd, leadership.startOffset)
                if had < needed {
                    throw Violation(
                        "one joined the ISR that lacks records",
                        "\(partitions[partition].id): \(member) is let into the ISR \(state.isr) in epoch "
                            + "\(epoch), partition epoch \(state.partitionEpoch), with records up to \(had); "
                            + "committed is what is before \(partitions[partition].committedEnd), the epoch began at "
                            + "\(leadership.startOffset)")
                }
            }
        }
    }

    // MARK: Permission

    mutating func electionAsked(_ request: ElectLeadersRequest) {
        guard request.electionType == 1 else { return }
        let until = now + .seconds(60)
        guard let topics = request.topicPartitions else {
            anyUncleanWish = until
            return
        }
        for topic in topics {
            for partition in topic.partitions {
                uncleanWishes[TopicPartition(topic: topic.topic, partition: partition)] = until
            }
        }
    }

    private func isUncleanPermitted(_ id: TopicPartition) -> Bool {
        if metadata.allowsUncleanElection(of: id.topic) { return true }
        return [anyUncleanWish, uncleanWishes[id]].contains { wish in wish.map { $0 >= now } ?? false }
    }

    // MARK: AlterPartition

    mutating func alterPartitionAsked(_ request: AlterPartitionRequest, _ correlationId: Int32) -> Exchange.Question {
        let wish = Leadership.Wish(brokerEpoch: request.brokerEpoch, correlationId: correlationId)
        func isStale(_ broker: BrokerID, _ epoch: Int64) -> Bool {
            epoch >= 0 && epoch < metadata.brokerEpochs[broker] ?? -1
        }
        var stale = isStale(request.brokerId, request.brokerEpoch)
        for topic in request.topics {
            guard let name = topic.topicId == .zero ? topic.topicName : metadata.name(of: topic.topicId) else {
                continue
            }
            for data in topic.partitions {
                stale = stale || data.newIsrWithEpochs.contains { isStale($0.brokerId, $0.brokerEpoch) }
                let members = data.newIsr + data.newIsrWithEpochs.map(\.brokerId)
                notePending(members, wish, data, TopicPartition(topic: name, partition: data.partitionIndex))
            }
        }
        return .alterPartition(request, isStale: stale)
    }

    /// From when it asks until it hears, the leader counts on who is to join.
    ///
    /// A request may lie for long before a frozen node, or in a link that was cut, and arrive after a later one was
    /// answered: by it the leader does not go any more.
    private mutating func notePending(
        _ members: [BrokerID], _ wish: Leadership.Wish, _ data: AlterPartitionRequest.PartitionData,
        _ id: TopicPartition
    ) {
        guard let partition = partitionIndices[id],
            let index = partitions[partition].leadership(epoch: data.leaderEpoch),
            wish > partitions[partition].leaderships[index].lastWish
        else { return }
        partitions[partition].leaderships[index].lastWish = wish
        guard let view = partitions[partition].leaderships[index].views.last, view.partitionEpoch == data.partitionEpoch
        else { return }
        let joining = members.filter { !view.isr.contains($0) }
        partitions[partition].leaderships[index].pending =
            joining.isEmpty ? nil : (partitionEpoch: data.partitionEpoch, members: joining)
    }

    mutating func altered(
        _ request: AlterPartitionRequest, isStale: Bool, _ answer: AlterPartitionResponse, by node: BrokerID
    ) throws(Violation) {
        counts.add(answer.errorCode)
        guard answer.errorCode == .none else { return }
        for topic in answer.topics {
            guard let name = topic.topicId == .zero ? topic.topicName : metadata.name(of: topic.topicId) else {
                continue
            }
            // A request may name a topic more than once, and its answer too.
            let asked = request.topics.filter { $0.topicId == topic.topicId && $0.topicName == topic.topicName }
                .flatMap(\.partitions)
            for data in topic.partitions {
                counts.add(data.errorCode)
                guard let wish = asked.first(where: { $0.partitionIndex == data.partitionIndex }) else { continue }
                let id = TopicPartition(topic: name, partition: data.partitionIndex)
                try altered(id, wish, data, isStale: isStale, by: node)
            }
        }
    }

    private mutating func altered(
        _ id: TopicPartition, _ wish: AlterPartitionRequest.PartitionData,
        _ data: AlterPartitionResponse.PartitionData, isStale: Bool, by node: BrokerID
    ) throws(Violation) {
        guard let partition = partitionIndices[id],
            let index = partitions[partition].leadership(epoch: wish.leaderEpoch)
        else { return }
        guard data.errorCode == .none else {
            let pending = partitions[partition].leaderships[index].pending
            let isRefused: Bool =
                switch data.errorCode {
                case .operationNotAttempted, .ineligibleReplica, .invalidRequest: true
                default: false
                }
            if isRefused, pending?.partitionEpoch == wish.partitionEpoch {
                partitions[partition].leaderships[index].pending = nil
                // Who was to join is waited for no longer.
                if partitions[partition].leaderships[index].isActive { partitions[partition].reckon(index) }
            }
            return
        }
        if isStale {
            throw Violation(
                "a request of a broker's former life was taken",
                "\(id): \(node) changes the ISR to \(data.isr) for a broker, or with a member, that has registered anew since"
            )
        }
        // One that asks for what is there already gets it without a change.
        if data.partitionEpoch != wish.partitionEpoch + 1, data.partitionEpoch != wish.partitionEpoch {
            throw Violation(
                "an AlterPartition for an old partition epoch was taken",
                "\(id): the leader asked in partition epoch \(wish.partitionEpoch), \(node) answers with "
                    + "\(data.partitionEpoch) and the ISR \(data.isr)")
        }
        // The metadata log says the same, though perhaps not yet to the oracle.
        let latest = partitions[partition].leaderships[index].views[
            partitions[partition].leaderships[index].views.count - 1]
        if data.leaderEpoch == wish.leaderEpoch, data.partitionEpoch > latest.partitionEpoch {
            try commitOwnLog(of: node, upTo: id, partitionEpoch: data.partitionEpoch)
        }
    }

    /// Older views of the ISR are over for a broker that has read on.
    mutating func metadataKnown(by broker: BrokerID, upTo offset: Int64) {
        guard offset > raft.known[broker] ?? -1 else { return }
        raft.known[broker] = offset
        for partition in partitions.indices {
            guard let index = partitions[partition].leadership(by: broker),
                partitions[partition].leaderships[index].views.count > 1
                    || partitions[partition].leaderships[index].minISRs.count > 1
            else { continue }
            partitions[partition].leaderships[index].forgetViews(before: offset)
        }
    }
}
