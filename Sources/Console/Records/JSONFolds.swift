/// Which containers of a JSON value are folded into one line.
struct JSONFolds: Hashable, Sendable {
    /// Those that lie as deep or deeper; nil for none.
    var depth: Int?
    /// Those that are otherwise than the depth says, by their numbers: containers that hold something are counted in the order
    /// in which they begin, from 0.
    var turned: Set<Int> = []

    func isFolded(_ node: Int, at depth: Int) -> Bool {
        (self.depth.map { depth >= $0 } ?? false) != turned.contains(node)
    }
}
