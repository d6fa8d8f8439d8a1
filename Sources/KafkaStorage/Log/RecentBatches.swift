import DequeModule
import KafkaProtocol

/// Where the last batches of the active segment lie. Most readers read at the log's end; they need no index.
struct RecentBatches {
    struct Place: Hashable {
        var baseOffset: Int64
        var lastOffset: Int64
        var position: Int64
        var sizeInBytes: Int
    }

    static let capacity = 64
    private var places: Deque<Place> = []

    mutating func append(_ place: Place) {
        if places.count == Self.capacity { places.removeFirst() }
        places.append(place)
    }

    mutating func removeAll() { places = [] }

    /// The first batch whose last offset is not before `offset`: nil if that may lie before all that are remembered, or
    /// if all end before it.
    func first(endingAtOrAfter offset: Int64) -> Place? {
        guard let oldest = places.first, offset >= oldest.baseOffset else { return nil }
        let index = places.lowerBound { $0.lastOffset < offset }
        return index < places.count ? places[index] : nil
    }
}
