import KafkaProtocol

/// OffsetCommit, key 8, versions 0-9.
///
/// Written to `__consumer_offsets` and answered when committed there. Errors for the whole request: UNKNOWN_MEMBER_ID,
/// ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID and the coordinator's own; per partition:
/// UNKNOWN_TOPIC_OR_PARTITION, OFFSET_METADATA_TOO_LARGE. Version 0, which kept offsets in ZooKeeper, is treated like 1.
extension GroupCoordinator {
    mutating func offsetCommit(
        _ request: OffsetCommitRequest, _ context: RequestContext, _ metadata: MetadataImage, _ now: Instant,
        _ actions: inout [CoordinatorAction]
    ) {
        var error = availabilityOfPartition(of: request.groupId)
        if error == .none { error = validateMember(of: request, now, &actions) }
        var records: [OffsetsRecord] = []
        var response = OffsetCommitResponse()
        for topic in request.topics {
            var answered = OffsetCommitResponse.OffsetCommitResponseTopic()
            answered.name = topic.name
            for entry in topic.partitions {
                var result = OffsetCommitResponse.OffsetCommitResponsePartition()
                result.partitionIndex = entry.partitionIndex
                let partition = TopicPartition(topic: topic.name, partition: entry.partitionIndex)
                if error != .none {
                    result.errorCode = error
                } else if metadata.partition(partition) == nil {
                    result.errorCode = .unknownTopicOrPartition
                } else if (entry.committedMetadata ?? "").utf8.count > settings.offsetMetadataMaxBytes {
                    result.errorCode = .offsetMetadataTooLarge
                } else {
                    records.append(.offset(group: request.groupId, partition, value(of: entry, request, now)))
                }
                answered.partitions.append(result)
            }
            response.topics.append(answered)
        }
        guard !records.isEmpty else { return respond(context, response, &actions) }
        append(records, for: request.groupId, .offsets(context, answer: response), now, &actions)
    }

    private mutating func validateMember(
        of request: OffsetCommitRequest, _ now: Instant, _ actions: inout [CoordinatorAction]
    ) -> ErrorCode {
        let checked = withGroup(request.groupId, now, &actions) { group, asked in
            group.validateCommit(
                memberId: request.memberId, instanceId: request.groupInstanceId,
                generation: request.generationIdOrMemberEpoch, into: &asked)
        }
        // A group that nobody has joined may keep offsets; a member of it cannot exist.
        return checked ?? (request.generationIdOrMemberEpoch < 0 ? .none : .illegalGeneration)
    }

    private func value(
        of entry: OffsetCommitRequest.OffsetCommitRequestPartition, _ request: OffsetCommitRequest, _ now: Instant
    ) -> OffsetCommitValue {
        var value = OffsetCommitValue()
        value.offset = entry.committedOffset
        value.leaderEpoch = entry.committedLeaderEpoch
        value.metadata = entry.committedMetadata ?? ""
        value.commitTimestamp = entry.commitTimestamp < 0 ? now.wallClockMilliseconds : entry.commitTimestamp
        if request.retentionTimeMs >= 0 {
            let (sum, overflow) = value.commitTimestamp.addingReportingOverflow(request.retentionTimeMs)
            value.expireTimestamp = overflow ? .max : sum
        }
        return value
    }
}

extension OffsetCommitResponse {
    /// Partitions that would have succeeded get the error.
    mutating func replaceSuccess(by error: ErrorCode) {
        for topic in topics.indices {
            for partition in topics[topic].partitions.indices
            where topics[topic].partitions[partition].errorCode == .none {
                topics[topic].partitions[partition].errorCode = error
            }
        }
    }
}
