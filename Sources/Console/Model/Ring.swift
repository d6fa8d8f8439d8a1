/// The last values of something, oldest first; the oldest falls out when it is full.
package struct Ring<Element: Hashable & Sendable>: Hashable, Sendable {
    private var storage: [Element] = []
    private var start = 0
    package let capacity: Int

    package init(capacity: Int) {
        precondition(capacity > 0, "a ring holds at least one value")
        self.capacity = capacity
    }

    package mutating func append(_ element: Element) {
        if storage.count < capacity {
            storage.append(element)
        } else {
            storage[start] = element
            start = (start + 1) % capacity
        }
    }

    /// Puts a value among the others, with so many newer ones. Where all are newer, a full ring has no place for it.
    mutating func insert(_ element: Element, age: Int) {
        guard age < capacity else { return }
        append(element)
        for newer in 0..<min(age, storage.count - 1) { storage.swapAt(place(ofAge: newer), place(ofAge: newer + 1)) }
    }

    private func place(ofAge age: Int) -> Int { (start + storage.count - 1 - age) % storage.count }

    /// Changes the value that is `age` older than the newest.
    mutating func change(age: Int, _ body: (inout Element) -> Void) {
        precondition(age >= 0 && age < storage.count, "a ring has no value of age \(age)")
        body(&storage[place(ofAge: age)])
    }

    /// The value that is `age` older than the newest; nil beyond the oldest.
    func value(age: Int) -> Element? {
        age >= 0 && age < storage.count ? storage[place(ofAge: age)] : nil
    }

    package var count: Int { storage.count }
    /// 0 is the oldest.
    subscript(index: Int) -> Element {
        precondition(storage.indices.contains(index), "a ring of \(storage.count) has no value \(index)")
        return storage[(start + index) % storage.count]
    }
    var first: Element? { storage.isEmpty ? nil : self[0] }
    package var last: Element? {
        storage.isEmpty ? nil : storage[(start + storage.count - 1) % storage.count]
    }
    /// Oldest first.
    package var values: [Element] { Array(storage[start...] + storage[..<start]) }
}
