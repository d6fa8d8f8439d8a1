import KafkaProtocol
import NIOCore

/// Writing to `__consumer_offsets`, replaying what is committed there, and loading a partition.
extension GroupCoordinator {
    /// Appends records of one group. The outcome comes later as an input; until then nothing changes.
    mutating func append(
        _ records: [OffsetsRecord], for group: String, _ completion: PendingAppend.Completion, _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) {
        let partition = partition(of: group)
        let id = CoordinatorAppendID(rawValue: newId())
        appends[id] = PendingAppend(partition: partition ?? -1, records: records, completion: completion)
        // A timer may fire after the partition has gone, be it deleted under its groups or led elsewhere.
        guard let partition, partitions[partition] != nil else {
            return finish(id, .notLeaderOrFollower, now, &actions)
        }
        var builder = RecordBatchBuilder()
        do {
            for record in records {
                try builder.append(
                    key: try record.key(), value: try record.value(), timestamp: now.wallClockMilliseconds)
            }
            let batch = try builder.build().bytes
            actions.append(
                .append(id, partition: partition, batch: batch, timeout: settings.offsetsCommitTimeout))
        } catch {
            // Only sizes beyond what the format can hold end here, such as a group name of over 32 KiB.
            finish(id, .messageTooLarge, now, &actions)
        }
    }

    /// An append has ended, one way or the other.
    mutating func finish(
        _ id: CoordinatorAppendID, _ error: ErrorCode, _ now: Instant, _ actions: inout [CoordinatorAction]
    ) {
        guard let pending = appends.removeValue(forKey: id) else { return }
        // After a timeout the records lie in the log all the same and will be committed, unless this broker loses the
        // partition, and then the next coordinator loads what is there: so what they say holds from now on.
        if error == .none || error == .requestTimedOut {
            let known = pending.removableGroup.flatMap { groups[$0] != nil || offsets[$0] != nil ? $0 : nil }
            let hadCommitted = known.map { offsets[$0] != nil } ?? false
            for record in pending.records { replay(record, isLoading: false) }
            if let known { tellIfRemoved(known, pending.completion, hadCommitted: hadCommitted, &actions) }
        }
        switch pending.completion {
        case .expiry: break
        case .group(let name, let purpose):
            groupWritten(name, purpose, Self.groupError(error), now, &actions)
        case .offsets(let context, var answer):
            let code = Self.commitError(error)
            if code != .none { answer.replaceSuccess(by: code) }
            respond(context, answer, &actions)
        case .offsetDeletion(let context, let answer):
            let code = Self.groupError(error)
            respond(context, code == .none ? answer : OffsetDeleteResponse(refused: code), &actions)
        case .deletion(let group, let id):
            // Nothing was written: the group lives on, empty as it was.
            if error != .none, error != .requestTimedOut, groups[group]?.isDead ?? true {
                groups[group] = ClassicGroup(id: group)
            }
            settleDeletion(of: group, id, Self.groupError(error), &actions)
        }
    }

    private func tellIfRemoved(
        _ group: String, _ completion: PendingAppend.Completion, hadCommitted: Bool,
        _ actions: inout [CoordinatorAction]
    ) {
        guard groups[group] == nil, offsets[group] == nil, let term = term(of: group) else { return }
        let reason =
            switch completion {
            case .deletion: "it was deleted, with all that it had committed"
            case .expiry where !hadCommitted: "it was empty and had committed nothing"
            case .expiry: "what it had committed has expired, or its topics were deleted"
            case .group, .offsets, .offsetDeletion: "all that it had committed was deleted"
            }
        actions.append(.emit(.groupRemoved(group: group, reason: reason, term: term)))
    }

    private mutating func groupWritten(
        _ name: String, _ purpose: ClassicGroup.WritePurpose, _ error: ErrorCode, _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) {
        _ = withGroup(name, now, &actions) { group, asked in
            switch purpose {
            case .assignment(let generation):
                group.assignmentWritten(generation: generation, error: error, now: now, into: &asked)
            case .staticMember(let back): group.staticReturnWritten(back, error: error, into: &asked)
            case .emptyGroup: break
            }
        }
    }

    /// What a record says takes effect. Group records matter only while loading: afterwards this coordinator knows
    /// more about its groups than their records say.
    private mutating func replay(_ record: OffsetsRecord, isLoading: Bool) {
        switch record {
        case .offset(let group, let partition, let value):
            offsets[group, default: GroupOffsets()].replay(partition, value)
            if offsets[group]?.isEmpty ?? false { offsets[group] = nil }
        case .group(let group, nil):
            // Somebody may have joined while the tombstone was on its way: that group lives, and says so when it has
            // its assignment.
            if isLoading || groups[group]?.isUnused ?? true { groups[group] = nil }
        case .group(let group, let value?):
            if isLoading { groups[group] = ClassicGroup(id: group, record: value) }
        }
    }

    mutating func load(
        _ number: Int32, _ batches: ByteBuffer, nextOffset: Int64, isEnd: Bool, _ metadata: MetadataImage,
        _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) {
        guard case .loading = partitions[number]?.phase else { return }
        do {
            for batch in try RecordBatches.all(in: batches) where !batch.header.attributes.isControl {
                for record in try batch.records() {
                    if let record = try OffsetsRecord.decode(record) { replay(record, isLoading: true) }
                }
            }
        } catch {
            partitions[number]?.phase = .failed
            return
        }
        guard isEnd else {
            actions.append(.read(partition: number, from: nextOffset, maxBytes: settings.offsetsLoadBufferSize))
            return
        }
        partitions[number]?.phase = .active
        timers.set(.offsetExpiry, at: now + settings.offsetsRetentionCheckInterval)
        let names = groupNames(in: number)
        for name in names {
            _ = withGroup(name, now, &actions) { group, asked in
                for member in group.members.keys { group.keepAlive(member, into: &asked) }
            }
        }
        // Topics may have been deleted while this was read, or while there was no coordinator. Those that a former one knew
        // are known here, unless they are gone: this broker's metadata tells of its own election.
        let deleted = partitions[number]?.deletedTopics ?? []
        forgetTopics(of: names, now, &actions) { deleted.contains($0) || metadata.topic(named: $0) == nil }
    }

    /// Forgets a partition's groups; whoever waits is sent to look for the new coordinator.
    mutating func drop(_ number: Int32, _ actions: inout [CoordinatorAction]) {
        let lost = appends.filter { $0.value.partition == number }
        for (id, pending) in lost {
            appends[id] = nil
            switch pending.completion {
            case .offsets(let context, var answer):
                answer.replaceSuccess(by: .notCoordinator)
                respond(context, answer, &actions)
            case .offsetDeletion(let context, _):
                respond(context, OffsetDeleteResponse(refused: .notCoordinator), &actions)
            case .group(_, .staticMember(let back)):
                respond(back.context, ClassicGroup.refusal(.notCoordinator, memberId: back.memberId), &actions)
            case .deletion(let group, let id): settleDeletion(of: group, id, .notCoordinator, &actions)
            case .group, .expiry: break
            }
        }
        for name in groupNames(in: number) {
            var asked: [ClassicGroup.Action] = []
            groups[name]?.end(.notCoordinator, into: &asked)
            for action in asked {
                switch action {
                case .answerJoin(let context, let response): respond(context, response, &actions)
                case .answerSync(let context, let response): respond(context, response, &actions)
                case .cancelTimer(let timer): timers.remove(.group(name, timer))
                case .setTimer, .write, .changed, .memberLeft: break
                }
            }
            groups[name] = nil
            offsets[name] = nil
        }
    }

    /// What members hear when a group's record could not be written.
    static func groupError(_ error: ErrorCode) -> ErrorCode {
        switch error {
        case .unknownTopicOrPartition, .notEnoughReplicas, .notEnoughReplicasAfterAppend, .requestTimedOut:
            .coordinatorNotAvailable
        case .notLeaderOrFollower, .kafkaStorageError: .notCoordinator
        case .messageTooLarge, .recordListTooLarge: .unknownServerError
        default: error
        }
    }

    static func commitError(_ error: ErrorCode) -> ErrorCode {
        switch error {
        case .messageTooLarge, .recordListTooLarge: .invalidCommitOffsetSize
        default: groupError(error)
        }
    }
}
