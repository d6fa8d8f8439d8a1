import KafkaProtocol
import Testing

@testable import DeliveryLedger

/// What was read past is known whatever the order in which it was.
@Suite struct ReadStretchesTests {
    @Test func `stretches that meet become one`() {
        var read = ReadStretches()
        for range in [10...12, 20...20, 0...3, 13...19, 2...5, 30...40, 35...36] as [ClosedRange<Int64>] {
            read.add(range)
        }
        let known = (0...45).filter { read.contains(Int64($0)) }
        #expect(known == Array(0...5) + Array(10...20) + Array(30...40))
    }

    @Test func `any order comes to the same`() {
        // A hundred orders of the same stretches against a plain set.
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<100 {
            var read = ReadStretches()
            var expected: Set<Int64> = []
            for _ in 0..<40 {
                let start = Int64(generator.next() % 200)
                let range = start...start + Int64(generator.next() % 12)
                read.add(range)
                expected.formUnion(range)
            }
            #expect((0..<220).allSatisfy { read.contains($0) == expected.contains($0) })
        }
    }
}
