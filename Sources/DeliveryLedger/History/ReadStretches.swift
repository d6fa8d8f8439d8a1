import KafkaProtocol

/// The offsets of one partition that somebody has read, or has gone past on the way from one record to the next. What lies
/// before the place where a reader began it has not gone past.
///
/// Invariant: stretches rise, and between two of them lies at least one offset.
struct ReadStretches {
    /// More are not kept: what is not known to be read past is called unseen, which promises less.
    private static let most = 4096

    private var stretches: [ClosedRange<Int64>] = []
    /// The one that grew last.
    private var last = 0

    /// Bounds lie below `Int64.max`.
    mutating func add(_ range: ClosedRange<Int64>) {
        if stretches.indices.contains(last), touches(stretches[last], range),
            range.lowerBound >= stretches[last].lowerBound
        {
            grow(last, by: range)
            return
        }
        let index = firstIndex(endingAtOrAfter: range.lowerBound - 1)
        if index < stretches.count, touches(stretches[index], range) {
            grow(index, by: range)
        } else if stretches.count < Self.most {
            stretches.insert(range, at: index)
            last = index
        }
    }

    func contains(_ offset: Int64) -> Bool {
        let index = firstIndex(endingAtOrAfter: offset)
        return index < stretches.count && stretches[index].contains(offset)
    }

    private func touches(_ stretch: ClosedRange<Int64>, _ range: ClosedRange<Int64>) -> Bool {
        stretch.lowerBound <= range.upperBound + 1 && range.lowerBound <= stretch.upperBound + 1
    }

    private mutating func grow(_ index: Int, by range: ClosedRange<Int64>) {
        var grown =
            min(stretches[index].lowerBound, range.lowerBound)...max(stretches[index].upperBound, range.upperBound)
        var end = index + 1
        while end < stretches.count, touches(grown, stretches[end]) {
            grown = grown.lowerBound...max(grown.upperBound, stretches[end].upperBound)
            end += 1
        }
        if end > index + 1 { stretches.removeSubrange(index + 1..<end) }
        stretches[index] = grown
        last = index
    }

    private func firstIndex(endingAtOrAfter offset: Int64) -> Int {
        stretches.lowerBound { $0.upperBound < offset }
    }
}
