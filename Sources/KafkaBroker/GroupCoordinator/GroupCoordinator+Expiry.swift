import KafkaProtocol

/// Offsets that have outlived their retention, or whose topic is gone, are removed by tombstones, and so are groups of
/// which nothing is left.
extension GroupCoordinator {
    mutating func expireOffsets(_ now: Instant, _ actions: inout [CoordinatorAction]) {
        timers.set(.offsetExpiry, at: now + settings.offsetsRetentionCheckInterval)
        for name in groupNames {
            guard availabilityOfPartition(of: name) == .none else { continue }
            let group = groups[name]
            guard group?.isEmpty ?? true, group?.pendingMembers.isEmpty ?? true else { continue }
            let emptySince = group?.protocolType == nil ? nil : group?.stateTimestamp
            let expired =
                offsets[name]?.expired(emptySince: emptySince, retention: settings.offsetsRetention, now: now) ?? []
            remove(expired, of: name, now, &actions)
        }
    }

    /// Removes what these groups have committed in topics that are gone. Groups that are being loaded are looked at when
    /// that is done.
    mutating func forgetTopics(
        of groups: [String], _ now: Instant, _ actions: inout [CoordinatorAction], isGone: (String) -> Bool
    ) {
        for name in groups where availabilityOfPartition(of: name) == .none {
            let gone = (offsets[name]?.partitions ?? []).filter { isGone($0.topic) }
            if !gone.isEmpty { remove(gone, of: name, now, &actions) }
        }
    }

    private mutating func remove(
        _ partitions: [TopicPartition], of name: String, _ now: Instant, _ actions: inout [CoordinatorAction]
    ) {
        var tombstones = partitions.map { OffsetsRecord.offset(group: name, $0, nil) }
        let isLastOffset = partitions.count == (offsets[name]?.committed.count ?? 0)
        if isLastOffset, let group = groups[name], group.isEmpty, group.pendingMembers.isEmpty {
            tombstones.append(.group(name, nil))
        }
        if !tombstones.isEmpty { append(tombstones, for: name, .expiry, now, &actions) }
    }
}
