/// Old records become counts, so that a history stays as small as it is told to.
extension DeliveryHistory {
    /// Turns the longest producer's oldest chunk into counts, all but what is not settled.
    mutating func foldOldest() {
        guard
            let producer = producers.indices.max(by: { producers[$0].records.count < producers[$1].records.count }),
            producers[producer].records.count > Chunked<RecordState>.chunkSize
        else { return }
        let start = producers[producer].records.start
        let end =
            start / Chunked<RecordState>.chunkSize * Chunked<RecordState>.chunkSize + Chunked<RecordState>.chunkSize
        var counted = 0
        for sequence in start..<end {
            let state = producers[producer].records[sequence]
            if state.outcome == .none { continue }
            guard isSettled(state, producer, sequence) else {
                producers[producer].odd[sequence] = state
                producers[producer].oddSequences.append(sequence)
                continue
            }
            counted += 1
        }
        folded += counted
        producers[producer].records.removeFirstChunk()
        for group in groups.indices {
            makeRoom(for: producer, in: group, start: start)
            for sequence in start..<end {
                let times = groups[group].processed[producer][sequence]
                if times == 0 { continue }
                if producers[producer].odd[sequence] != nil {
                    groups[group].odd[RecordRef(producer: producer, sequence: sequence)] = times
                } else if times == 1 {
                    groups[group].foldedOnce += 1
                } else {
                    groups[group].foldedMore += 1
                }
            }
            groups[group].processed[producer].removeFirstChunk()
        }
        forgetOldest(of: producer)
    }

    /// Where next to nothing settles, nobody reading it, say, even that is not kept for ever.
    private mutating func forgetOldest(of producer: Int) {
        guard producers[producer].oddSequences.count > max(mostRecords / 8, Chunked<RecordState>.chunkSize) else {
            return
        }
        let count = producers[producer].oddSequences.count / 2
        for sequence in producers[producer].oddSequences[..<count] {
            producers[producer].odd[sequence] = nil
            for group in groups.indices {
                groups[group].odd[RecordRef(producer: producer, sequence: sequence)] = nil
            }
        }
        producers[producer].oddSequences.removeFirst(count)
        unjudged += count
    }

    private func isSettled(_ state: RecordState, _ producer: Int, _ sequence: Int) -> Bool {
        guard state.outcome == .acknowledged, state.marks == .polled,
            secondPlaces[RecordRef(producer: producer, sequence: sequence)] == nil
        else { return false }
        return groups.allSatisfy { $0.times(producer, sequence) > 0 }
    }
}
