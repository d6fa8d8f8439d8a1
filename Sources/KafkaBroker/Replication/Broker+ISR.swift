import KafkaProtocol
import OrderedCollections

/// Changes of ISRs, as the controller is asked for them: one AlterPartition at a time, with all that has come up.
extension Broker {
    /// Asks for a change of a partition's ISR. It stays in the queue until the controller has answered for good.
    mutating func requestAlteration(of partition: Partition) {
        alterations.append(partition.slot)
        sendAlterations()
    }

    /// Whether a follower that has just fetched may join the ISR.
    mutating func expandISR(of partition: Partition, with broker: BrokerID) {
        let image = image
        let alteration = partition.withLeader { leader in
            leader.expansion(by: broker) { image.eligibility(of: $0) }
        }
        if alteration ?? nil != nil { requestAlteration(of: partition) }
    }

    /// A broker may serve again: partitions in which it has caught up meanwhile need not wait for its next fetch.
    mutating func expandISRs(with broker: BrokerID) {
        for partition in partitions.all {
            let outsiders = partition.leader?.caughtUpOutsiders(
                leaderLogEndOffset: partition.log.logEndOffset, now: now)
            if outsiders?.contains(broker) ?? false { expandISR(of: partition, with: broker) }
        }
    }

    /// Looks for members that have been behind for too long: every half of `replica.lag.time.max.ms`.
    mutating func checkISRs() {
        for partition in partitions.all {
            let end = partition.log.logEndOffset
            let now = now
            let alteration = partition.withLeader { $0.shrink(leaderLogEndOffset: end, now: now) }
            if alteration ?? nil != nil { requestAlteration(of: partition) }
            expandISR(of: partition)
            // A follower that held the high watermark back may not count any more.
            if partition.highWatermark < end { advanceHighWatermark(of: partition) }
        }
        timers.set(.isrCheck, at: now + settings.replicaLagTimeMax / 2)
    }

    mutating func sendAlterations() {
        guard !isAlterationInFlight, brokerEpoch >= 0 else { return }
        var request = AlterPartitionRequest()
        request.brokerId = settings.nodeId
        request.brokerEpoch = brokerEpoch
        var sent: [Int] = []
        for slot in OrderedSet(alterations) {
            guard let partition = partitions[slot], let alteration = partition.leader?.pendingAlteration else {
                continue
            }
            sent.append(slot)
            var data = AlterPartitionRequest.PartitionData()
            data.partitionIndex = partition.id.partition
            data.leaderEpoch = alteration.leaderEpoch
            data.partitionEpoch = alteration.partitionEpoch
            data.newIsrWithEpochs = alteration.isr.map { member in
                var state = AlterPartitionRequest.BrokerState()
                state.brokerId = member.id
                state.brokerEpoch = member.id == settings.nodeId ? brokerEpoch : member.brokerEpoch
                return state
            }
            if request.topics.last?.topicId != partition.topicId {
                var topic = AlterPartitionRequest.TopicData()
                topic.topicId = partition.topicId
                request.topics.append(topic)
            }
            request.topics[request.topics.count - 1].partitions.append(data)
        }
        alterations.removeAll()
        if sent.isEmpty { return }
        isAlterationInFlight = true
        send(request, version: 3, to: controller, .alterPartition(sent), timeout: settings.replicaSocketTimeout)
    }

    mutating func alterPartitionAnswered(_ slots: [Int], _ response: AlterPartitionResponse) {
        isAlterationInFlight = false
        guard response.errorCode == .none else {
            alterPartitionFailed(slots)
            return
        }
        for topic in response.topics {
            for data in topic.partitions {
                guard let name = image.topicName(topic.topicId),
                    let partition = partitions[TopicPartition(topic: name, partition: data.partitionIndex)],
                    partition.topicId == topic.topicId, partition.isLeader
                else { continue }
                alterationAnswered(partition, data)
            }
        }
        sendAlterations()
    }

    private mutating func alterationAnswered(
        _ partition: Partition, _ data: AlterPartitionResponse.PartitionData
    ) {
        let now = now
        switch data.errorCode {
        case .none:
            guard data.leaderEpoch == partition.leader?.leaderEpoch else { return }
            commitISR(of: partition, data.isr, partitionEpoch: data.partitionEpoch)
        case .operationNotAttempted, .ineligibleReplica, .invalidRequest:
            // The controller knows this partition epoch and no newer one, so no earlier try was committed: a later
            // fetch or check asks anew.
            partition.withLeader { $0.alterationRefused() }
            if expansionsToRetry.isEmpty { timers.set(.expansions, at: now + .milliseconds(500)) }
            expansionsToRetry.append(partition.slot)
        case .newLeaderElected, .fencedLeaderEpoch, .invalidUpdateVersion, .notLeaderOrFollower:
            // Our picture is old. What we asked for may have been committed by a request whose answer was lost, so it
            // stays pending, and a member-to-be goes on counting, until the metadata log brings the truth.
            break
        default:
            retryLater([partition.slot])
        }
    }

    /// No answer came, or the controller could not decide: what is pending stays pending and is asked again.
    mutating func alterPartitionFailed(_ slots: [Int]) {
        isAlterationInFlight = false
        retryLater(slots)
        sendAlterations()
    }

    private mutating func retryLater(_ slots: [Int]) {
        if failedAlterations.isEmpty { timers.set(.failedAlterations, at: now + .milliseconds(50)) }
        failedAlterations.append(contentsOf: slots)
    }

    mutating func retryAlterations() {
        alterations.append(contentsOf: failedAlterations)
        failedAlterations.removeAll()
        sendAlterations()
    }

    mutating func retryExpansions() {
        let slots = expansionsToRetry
        expansionsToRetry.removeAll()
        for slot in slots { if let partition = partitions[slot] { expandISR(of: partition) } }
    }

    /// Asks for every follower that has caught up and is not a member.
    private mutating func expandISR(of partition: Partition) {
        let outsiders = partition.leader?.caughtUpOutsiders(leaderLogEndOffset: partition.log.logEndOffset, now: now)
        for follower in outsiders ?? [] { expandISR(of: partition, with: follower) }
    }

    /// The controller has committed an ISR of a partition that this broker leads.
    mutating func commitISR(of partition: Partition, _ isr: [BrokerID], partitionEpoch: Int32) {
        let now = now
        let isNew = partition.withLeader { $0.committed(isr: isr, partitionEpoch: partitionEpoch, now: now) }
        guard isNew == true else { return }
        advanceHighWatermark(of: partition)
        tellIfHeld(partition)
        // Whoever caught up while this was pending was put off, and a fetch that changes nothing does not name the
        // partition.
        expandISR(of: partition)
    }

    /// Whenever too few replicas are in sync for the high watermark to move, that is told once.
    mutating func tellIfHeld(_ partition: Partition) {
        guard let leader = partition.leader else { return }
        defer { partition.isToldHeld = !leader.mayCommit }
        guard !leader.mayCommit, !partition.isToldHeld else { return }
        emit(
            .highWatermarkHeld(
                partition.id, at: leader.highWatermark, isr: leader.committedISR, minISR: leader.minISR))
    }
}
