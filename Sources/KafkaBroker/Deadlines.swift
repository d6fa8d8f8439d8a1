import KafkaProtocol

/// Deadlines of many waiting things, the nearest first.
///
/// A binary heap. Most things end before their deadline, and are then removed by name only: the entry stays in the heap
/// until it reaches the top or until dead entries outnumber the living, so that adding and removing stay cheap however
/// many requests wait.
package struct Deadlines<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var at: Int64
        var ticket: UInt64
        var key: Key
    }

    private var heap: [Entry] = []
    private var living: [Key: UInt64] = [:]
    private var nextTicket: UInt64 = 0

    package init() {}

    package var count: Int { living.count }

    /// Sets the deadline of `key`, in place of an earlier one.
    package mutating func set(_ key: Key, at instant: Instant) {
        living[key] = nextTicket
        heap.append(Entry(at: instant.monotonicNanoseconds, ticket: nextTicket, key: key))
        nextTicket += 1
        siftUp(heap.count - 1)
        if heap.count > 64, heap.count > 2 * living.count { compact() }
    }

    package mutating func remove(_ key: Key) {
        guard living.removeValue(forKey: key) != nil else { return }
        dropDead()
    }

    /// The nearest deadline, in monotonic nanoseconds.
    package var nearest: Int64? { heap.first?.at }

    /// The next key whose deadline has passed; it is removed.
    package mutating func popExpired(now: Instant) -> Key? {
        dropDead()
        guard let first = heap.first, first.at <= now.monotonicNanoseconds else { return nil }
        removeFirst()
        living[first.key] = nil
        return first.key
    }

    private mutating func dropDead() {
        while let first = heap.first, living[first.key] != first.ticket { removeFirst() }
    }

    private mutating func compact() {
        heap.removeAll { living[$0.key] != $0.ticket }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        if heap.isEmpty { return }
        heap[0] = last
        siftDown(0)
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        heap[left].at != heap[right].at ? heap[left].at < heap[right].at : heap[left].ticket < heap[right].ticket
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard precedes(index, parent) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, precedes(child + 1, child) { child += 1 }
            guard precedes(child, index) else { return }
            heap.swapAt(index, child)
            index = child
        }
    }
}
