/// A list that grows without copying what it has and can give its beginning back, a chunk at a time. Elements keep their
/// numbers.
struct Chunked<Element> {
    static var chunkSize: Int { 4096 }

    private var chunks: [ContiguousArray<Element>?] = []
    private let empty: Element
    /// The first element that is still there; everything before it reads as empty.
    private(set) var start = 0
    private(set) var end = 0

    init(empty: Element) { self.empty = empty }

    var count: Int { end - start }

    subscript(_ number: Int) -> Element {
        get {
            guard number >= start, number < end, let chunk = chunks[number / Self.chunkSize] else { return empty }
            return chunk[number % Self.chunkSize]
        }
        set {
            guard number >= start else { return }
            let place = number / Self.chunkSize
            while chunks.count <= place { chunks.append(nil) }
            if chunks[place] == nil { chunks[place] = ContiguousArray(repeating: empty, count: Self.chunkSize) }
            chunks[place]![number % Self.chunkSize] = newValue
            end = max(end, number + 1)
        }
    }

    /// Whether an element at this number can be kept: it is not given back already, and not absurdly far off.
    func takes(_ number: Int) -> Bool { number >= start && number < end + (1 << 24) }

    /// Gives back the first chunk.
    mutating func removeFirstChunk() {
        let place = start / Self.chunkSize
        if place < chunks.count { chunks[place] = nil }
        start = (place + 1) * Self.chunkSize
        end = max(end, start)
    }
}
