/// A sorted list that is walked beside another one, sorted alike: each of its elements is passed once.
package struct SortedWalk<Element, Key: Comparable> {
    @usableFromInline var rest: ArraySlice<Element>
    @usableFromInline let key: (Element) -> Key

    @inlinable
    package init(_ list: [Element], by key: @escaping (Element) -> Key) {
        rest = list[...]
        self.key = key
    }

    /// Goes on to what has this key, which is not less than the last one; nil where nothing has it. What comes before is handed
    /// to `passing`.
    @inlinable
    package mutating func next(_ key: Key, passing: (Element) -> Void = { _ in }) -> Element? {
        while let first = rest.first, self.key(first) < key {
            passing(first)
            rest.removeFirst()
        }
        guard let first = rest.first, self.key(first) == key else { return nil }
        rest.removeFirst()
        return first
    }

    /// What is left when the other list has ended.
    @inlinable
    package func end(passing: (Element) -> Void) { rest.forEach(passing) }
}
