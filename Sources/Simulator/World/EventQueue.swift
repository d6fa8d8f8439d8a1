/// What is to happen, the earliest first; of two at the same time, the one that was posted first. A binary heap of keys;
/// events stay where they were put until their time has come.
struct EventQueue<Event> {
    private struct Key {
        var at: Int64
        var number: UInt64
        var place: Int

        func precedes(_ other: Self) -> Bool { at != other.at ? at < other.at : number < other.number }
    }

    private var heap: [Key] = []
    private var events: [Event?] = []
    private var freePlaces: [Int] = []
    private var nextNumber: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }
    var count: Int { heap.count }
    /// Monotonic nanoseconds of the next event.
    var nextTime: Int64? { heap.first?.at }

    mutating func post(_ event: Event, at time: Int64) {
        let place: Int
        if let free = freePlaces.popLast() {
            place = free
            events[place] = event
        } else {
            place = events.count
            events.append(event)
        }
        let key = Key(at: time, number: nextNumber, place: place)
        nextNumber += 1
        var index = heap.count
        heap.append(key)
        while index > 0 {
            let parent = (index - 1) / 2
            guard key.precedes(heap[parent]) else { break }
            heap[index] = heap[parent]
            index = parent
        }
        heap[index] = key
    }

    mutating func popFirst() -> (at: Int64, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty { sink(last) }
        freePlaces.append(first.place)
        guard let event = events[first.place].take() else { preconditionFailure("an event happens once") }
        return (first.at, event)
    }

    /// Puts the key in the place of the first.
    private mutating func sink(_ key: Key) {
        let count = heap.count
        var index = 0
        while true {
            var child = 2 * index + 1
            guard child < count else { break }
            if child + 1 < count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(key) else { break }
            heap[index] = heap[child]
            index = child
        }
        heap[index] = key
    }
}
