import Testing

@testable import KafkaBroker

struct SlotSetTests {
    @Test func `slots keep the order in which they came, whatever is taken out`() {
        // The order is that of the fetch session: whoever came again is at the end.
        var set = SlotSet()
        for slot in 0..<6 { set.append(slot) }
        let (isTwice, hadFirst, hadFourth, hadFourthAgain) =
            (set.append(3), set.remove(0), set.remove(4), set.remove(4))
        #expect(!isTwice && hadFirst && hadFourth && !hadFourthAgain)
        set.append(0)
        #expect(set.slots == [1, 2, 3, 5, 0])
        #expect(set.count == 5)
        for slot in [1, 2, 5] { set.remove(slot) }
        #expect(set.slots == [3, 0])
        #expect(set.contains(3) && set.contains(0) && !set.contains(5))
        set.append(9)
        set.remove(3)
        #expect(set.slots == [0, 9])
        set.removeAll()
        #expect(set.isEmpty && set.slots.isEmpty)
    }

    @Test func `it holds what an ordinary set would, after any changes`() {
        var generator = SystemRandomNumberGenerator()
        var (set, list) = (SlotSet(), [Int]())
        for _ in 0..<5_000 {
            let slot = Int.random(in: 0..<40, using: &generator)
            let wasThere = list.contains(slot)
            if Bool.random(using: &generator) {
                let isNew = set.append(slot)
                #expect(isNew == !wasThere)
                if isNew { list.append(slot) }
            } else {
                let isGone = set.remove(slot)
                #expect(isGone == wasThere)
                list.removeAll { $0 == slot }
            }
            #expect(set.slots == list && set.count == list.count)
        }
    }
}
