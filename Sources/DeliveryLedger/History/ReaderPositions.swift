/// The last offset that each reader was handed of each partition, both by their numbers.
struct ReaderPositions {
    /// By reader, then by partition: -1 where it begins anew.
    private var offsets: [[Int64]] = []

    /// Returns where the reader was before; nil where it begins.
    mutating func move(_ reader: Int, _ partition: Int, to offset: Int64) -> Int64? {
        while offsets.count <= reader { offsets.append([]) }
        while offsets[reader].count <= partition { offsets[reader].append(-1) }
        let last = offsets[reader][partition]
        offsets[reader][partition] = offset
        return last >= 0 ? last : nil
    }

    mutating func forget(_ reader: Int, _ partition: Int) {
        if reader < offsets.count, partition < offsets[reader].count { offsets[reader][partition] = -1 }
    }
}
