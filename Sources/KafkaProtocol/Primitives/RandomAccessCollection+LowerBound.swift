extension RandomAccessCollection where Index == Int {
    /// The first position whose element does not lie before what is looked for, which all that come after do not either;
    /// the end where all lie before it.
    @inlinable
    package func lowerBound(_ liesBefore: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if liesBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
