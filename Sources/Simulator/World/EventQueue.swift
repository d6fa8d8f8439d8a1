/// What is to happen, the earliest first; of two at the same time, the one that was posted first. A binary heap.
struct EventQueue<Event> {
    private struct Entry {
        var at: Int64
        var number: UInt64
        var event: Event
    }

    private var heap: [Entry] = []
    private var nextNumber: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }
    var count: Int { heap.count }
    /// Monotonic nanoseconds of the next event.
    var nextTime: Int64? { heap.first?.at }

    mutating func post(_ event: Event, at time: Int64) {
        heap.append(Entry(at: time, number: nextNumber, event: event))
        nextNumber += 1
        var index = heap.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard precedes(index, parent) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    mutating func popFirst() -> (at: Int64, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var index = 0
            while true {
                var least = index
                for child in [2 * index + 1, 2 * index + 2] where child < heap.count && precedes(child, least) {
                    least = child
                }
                if least == index { break }
                heap.swapAt(index, least)
                index = least
            }
        }
        return (first.at, first.event)
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (heap[left].at, heap[left].number) < (heap[right].at, heap[right].number)
    }
}
