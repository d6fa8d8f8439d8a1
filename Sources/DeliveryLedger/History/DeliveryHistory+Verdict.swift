import KafkaProtocol

/// From what happened to what it means.
extension DeliveryHistory {
    package func verdict() -> DeliveryVerdict {
        var verdict = DeliveryVerdict()
        verdict.unjudged = unjudged
        verdict.attempted = folded + unjudged
        verdict.acknowledged = folded
        var doubled = duplicates
        for example in doubledUnread { doubled.add(example) }
        verdict.findings = [.duplicate: doubled, .inconsistentOffsets: inconsistent, .nonmonotonicPoll: wentBack]
        verdict.groups = groups.map { group in
            var judged = DeliveryVerdict.Group(name: group.name)
            judged.processedOnce = group.foldedOnce
            judged.processedMoreThanOnce.count = group.foldedMore
            judged.processedLate = group.processedLate
            judged.outOfOrder = group.outOfOrder
            return judged
        }
        for producer in producers.indices { judge(producer, &verdict) }
        for skip in skips {
            for offset in skip.offsets where offset >= partitions[skip.partition].retiredBefore {
                let held = partitions[skip.partition].values[Int(offset)]
                guard held.isPolled, let ref = held.ref else { continue }
                verdict.add(example(ref.producer, ref.sequence, skip.partition, offset), to: .pollSkip)
            }
        }
        verdict.groups.sort { $0.name < $1.name }
        return verdict
    }

    private func judge(_ producer: Int, _ verdict: inout DeliveryVerdict) {
        /// By partition: where the newest of the producer's records so far lies.
        var last: [Int: Int64] = [:]
        let records = producers[producer].records
        for sequence in producers[producer].oddSequences {
            guard let state = producers[producer].odd[sequence] else { continue }
            judge(state, producer, sequence, &last, &verdict)
        }
        for sequence in records.start..<records.end {
            judge(records[sequence], producer, sequence, &last, &verdict)
        }
    }

    private func judge(
        _ state: RecordState, _ producer: Int, _ sequence: Int, _ last: inout [Int: Int64],
        _ verdict: inout DeliveryVerdict
    ) {
        let partition = Int(state.partition)
        let isPolled = state.marks.contains(.polled)
        switch state.outcome {
        case .none: if !isPolled { return }
        case .pending, .unknown:
            verdict.unknown += 1
            if state.outcome == .pending { verdict.pending += 1 }
            if isFinallyRead, !isPolled { verdict.neverArrived.add(example(producer, sequence, state)) }
        case .failed:
            verdict.failed += 1
            if isPolled { verdict.add(example(producer, sequence, state), to: .abortedRead) }
        case .acknowledged:
            verdict.acknowledged += 1
            if !isPolled, state.offset >= partitions[partition].retiredBefore {
                let isPassed = partitions[partition].read.contains(state.offset)
                verdict.add(example(producer, sequence, state), to: isPassed ? .lostWrite : .unseen)
                if isPassed || isFinallyRead { verdict.lost.add(example(producer, sequence, state)) }
            }
            if !state.marks.contains(.resent) {
                if let before = last[partition], state.offset <= before {
                    verdict.add(example(producer, sequence, state), to: .nonmonotonicSend)
                }
                last[partition] = max(state.offset, last[partition] ?? -1)
            }
        }
        if state.outcome != .none { verdict.attempted += 1 }
        for group in groups.indices {
            let times = groups[group].times(producer, sequence)
            if times == 1 { verdict.groups[group].processedOnce += 1 }
            if times > 1 { verdict.groups[group].processedMoreThanOnce.add(example(producer, sequence, state)) }
            if times == 0, state.hasPlace, let committed = groups[group].committed[partition], state.offset < committed,
                isPolled || state.outcome == .acknowledged,
                !isReplaced(state, RecordRef(producer: producer, sequence: sequence))
            {
                let example = example(producer, sequence, state)
                if state.offset >= partitions[partition].retiredBefore {
                    verdict.groups[group].committedPast.add(example)
                } else {
                    verdict.groups[group].retiredUnread.add(example)
                }
            }
        }
    }

    /// Another record lies where it was acknowledged: what is not there no group can skip.
    private func isReplaced(_ state: RecordState, _ ref: RecordRef) -> Bool {
        guard let number = Int(exactly: state.offset) else { return false }
        let held = partitions[Int(state.partition)].values[number]
        return held.isPolled && held.ref != ref
    }
}
