import KafkaProtocol
import Testing

@Suite struct SortedWalkTests {
    @Test func `of two sorted lists equals meet, and each other element is passed once`() {
        // A deleted topic that is passed over would never be told of, one that is met twice would seem to have changed.
        let lists = (0..<32).map { bits in (0..<5).filter { bits >> $0 & 1 == 1 } }
        for old in lists {
            for new in lists {
                var (met, passed): ([Int], [Int]) = ([], [])
                var walk = SortedWalk(old) { $0 }
                for element in new {
                    if let found = walk.next(element, passing: { passed.append($0) }) { met.append(found) }
                }
                walk.end { passed.append($0) }
                #expect(met == old.filter(new.contains))
                #expect(passed == old.filter { !new.contains($0) })
            }
        }
    }
}
