/// A list that grows without copying what it has and can give its beginning back, a chunk at a time. Elements keep their
/// numbers.
struct Chunked<Element> {
    static var chunkSize: Int { 4096 }

    /// Those that have not begun, and those that were given back, are empty.
    private var chunks: [ContiguousArray<Element>] = []
    private let empty: Element
    /// The first element that is still there; everything before it reads as empty.
    private(set) var start = 0
    private(set) var end = 0

    /// `start` is a multiple of the chunk's size.
    init(empty: Element, start: Int = 0) {
        precondition(start % Self.chunkSize == 0, "a list begins with a chunk")
        self.empty = empty
        self.start = start
        end = start
    }

    var count: Int { end - start }

    subscript(_ number: Int) -> Element {
        get {
            let (place, index) = number.quotientAndRemainder(dividingBy: Self.chunkSize)
            guard number >= start, place < chunks.count, index < chunks[place].count else { return empty }
            return chunks[place][index]
        }
        set {
            guard number >= start else { return }
            let (place, index) = number.quotientAndRemainder(dividingBy: Self.chunkSize)
            if place >= chunks.count || index >= chunks[place].count { grow(place, upTo: index) }
            chunks[place][index] = newValue
            if number >= end { end = number + 1 }
        }
    }

    /// As far as it needs to: there may be thousands of lists with a few elements each. Chunks after the first are whole
    /// from their beginning.
    private mutating func grow(_ place: Int, upTo index: Int) {
        while chunks.count <= place { chunks.append([]) }
        let count = place > 0 ? Self.chunkSize : min(Self.chunkSize, max(index + 1, 16, 2 * chunks[place].count))
        chunks[place].reserveCapacity(count)
        chunks[place].append(contentsOf: repeatElement(empty, count: count - chunks[place].count))
    }

    /// Whether an element at this number can be kept: it is not given back already, and not absurdly far off.
    func takes(_ number: Int) -> Bool { number >= start && number < end + (1 << 24) }

    /// Gives back the first chunk.
    mutating func removeFirstChunk() {
        let place = start / Self.chunkSize
        if place < chunks.count { chunks[place] = [] }
        start = (place + 1) * Self.chunkSize
        end = max(end, start)
    }
}
