import Testing

@testable import Console

@Suite struct KeymapTests {
    @Test func `no key means two things in one view`() {
        // The second meaning would never be reached.
        #expect(Keymap().conflicts == [])
    }

    @Test func `every action is in the table once, and has a key`() {
        // The table is the help page: what it lacks does not exist for the user.
        #expect(
            ActionTable.all.map(\.id).sorted { $0.rawValue < $1.rawValue }
                == ActionID.allCases.sorted { $0.rawValue < $1.rawValue })
        for entry in ActionTable.all {
            #expect(!entry.keys.isEmpty && !entry.help.isEmpty && entry.help.last != ".", "\(entry.id)")
        }
    }

    @Test func `keys are read as they are written`() {
        // The settings file and the help page speak the same language.
        for entry in ActionTable.all {
            for key in entry.keys { #expect(KeyChord(parsing: key.description) == key, "\(key)") }
        }
        #expect(KeyChord(parsing: "shift-o") == KeyChord("O"))
        #expect(KeyChord(parsing: "Ctrl-F") == .control("f"))
        #expect(KeyChord(parsing: "space") == KeyChord(" "))
        #expect(KeyChord(parsing: "-") == KeyChord("-"))
        #expect(KeyChord(parsing: "ctrl--") == .control("-"))
        #expect(KeyChord(parsing: "shift-left") == .shift(.left))
        for wrong in ["", "ctrl-", "hyper-x", "f0", "f99", "two words"] { #expect(KeyChord(parsing: wrong) == nil) }
    }

    @Test func `delete is far from the keys that page, and screen keeps its own`() {
        // Others were bitten: ctrl-d pages, ctrl-a belongs to screen, ctrl-h is backspace.
        let taken: [KeyChord] = [.control("a"), .control("h")]
        for entry in ActionTable.all {
            #expect(!entry.keys.contains(where: taken.contains), "\(entry.id)")
            if entry.isDangerous { #expect(entry.keys.allSatisfy { $0.modifiers.isEmpty }, "\(entry.id)") }
        }
        #expect(Keymap().action(for: .control("d"), in: .topics) == .halfPageDown)
    }

    @Test func `a key can be rebound in one view and stays as it was in the others`() throws {
        // keys.topics.open = ["l"]
        var keymap = Keymap()
        try keymap.rebind(.open, in: .topics, to: [KeyChord("l")])
        #expect(keymap.action(for: KeyChord("l"), in: .topics) == .open)
        #expect(keymap.action(for: KeyChord(.enter), in: .topics) == nil)
        #expect(keymap.action(for: KeyChord(.enter), in: .groups) == .open)
        try keymap.rebind(.kill, in: nil, to: [])
        #expect(keymap.action(for: KeyChord("K"), in: .topic) == nil)
        #expect(keymap.conflicts == [])
    }

    @Test func `a key that is taken is refused with a sentence`() {
        // Found when the settings are read, not when the key is pressed.
        var keymap = Keymap()
        #expect(throws: KeymapError(description: "'j' already means 'move-down' in 'topics'")) {
            try keymap.rebind(.open, in: .topics, to: [KeyChord("j")])
        }
        #expect(throws: KeymapError(description: "'tail' does nothing in 'topics'")) {
            try keymap.rebind(.tail, in: .topics, to: [KeyChord("t")])
        }
        #expect(keymap == Keymap())
    }
}
