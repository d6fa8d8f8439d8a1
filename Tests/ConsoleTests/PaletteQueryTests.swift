import Testing

@testable import Console

@Suite struct PaletteQueryTests {
    private func score(_ typed: String, _ name: String, help: String = "") -> Int? {
        PaletteQuery(typed).match(PaletteQuery.Names(name: name, help: help))?.score
    }

    @Test func `each word is looked for by itself`() {
        // People type two words of what they want, in the order that they think of them.
        #expect(score("offsets reset", "reset-offsets") != nil)
        #expect(score("full disk", "disk 1 full") != nil)
        #expect(score("disk empty", "disk 1 full") == nil)
        #expect(score("  delete   group ", "delete-group") != nil)
    }

    @Test func `a name comes before its words, those before what is in them, and first letters last`() throws {
        // The nearest stands first.
        let names = ["lag", "lag-time", "time-lag", "flagged", "log-and-get"]
        let scores = try names.map { try #require(score("lag", $0), "\($0)") }
        #expect(scores == scores.sorted() && Set(scores).count == scores.count, "\(scores)")
    }

    @Test func `letters that are strewn over a name do not find it`() {
        // lag found half-page-down: every long name has the letters of every short word.
        #expect(score("lag", "half-page-down") == nil)
        #expect(score("nds", "nodes") == nil)
        #expect(score("gbil", "group billing") != nil && score("gblling", "group billing") == nil)
    }

    @Test func `a long name of many short words is searched as fast as any`() {
        // Each way to spread the letters over the words was tried: more than anybody waits for.
        let name = Array(repeating: "a", count: 120).joined(separator: ".")
        #expect(score(String(repeating: "a", count: 40) + "x", name) == nil)
        #expect(score(String(repeating: "a", count: 40), name) != nil)
    }

    @Test func `a sentence helps to find what another word names, and finds nothing alone`() {
        // Sentences have words of everything.
        #expect(score("move partition", "move-replicas", help: "Move the replicas of the partition") != nil)
        #expect(score("partition", "move-replicas", help: "Move the replicas of the partition") == nil)
    }

    @Test func `every word that leads to an action finds it`() {
        // A table of names that the search does not read would help nobody.
        for (word, actions) in ActionWords.table {
            for action in actions {
                let names = PaletteQuery.Names(name: action.rawValue, others: ActionWords.names(of: action))
                #expect(PaletteQuery(word).match(names)?.isNear == true, "\(word)")
            }
        }
    }
}
