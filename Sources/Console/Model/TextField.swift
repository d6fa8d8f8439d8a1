/// A line of text being typed.
package struct TextField: Hashable, Sendable {
    package private(set) var characters: [Character]
    /// Where the next character goes, from 0 to the count.
    package private(set) var cursor: Int

    package init(_ text: String = "") {
        characters = Array(text)
        cursor = characters.count
    }

    package var text: String { String(characters) }

    /// Whether the key was one for editing.
    mutating func edit(_ chord: KeyChord) -> Bool {
        switch (chord.key, chord.modifiers) {
        case (.character(let character), []):
            characters.insert(character, at: cursor)
            cursor += 1
        case (.backspace, []), (.character("h"), .control):
            guard cursor > 0 else { return true }
            cursor -= 1
            characters.remove(at: cursor)
        case (.delete, []):
            if cursor < characters.count { characters.remove(at: cursor) }
        case (.left, []): cursor = max(0, cursor - 1)
        case (.right, []): cursor = min(characters.count, cursor + 1)
        case (.home, []): cursor = 0
        case (.end, []), (.character("e"), .control): cursor = characters.count
        case (.character("u"), .control):
            characters.removeFirst(cursor)
            cursor = 0
        case (.character("k"), .control): characters.removeLast(characters.count - cursor)
        case (.character("w"), .control):
            while cursor > 0, characters[cursor - 1] == " " { removeBefore() }
            while cursor > 0, characters[cursor - 1] != " " { removeBefore() }
        default: return false
        }
        return true
    }

    mutating func insert(_ text: String) {
        characters.insert(contentsOf: text, at: cursor)
        cursor += text.count
    }

    private mutating func removeBefore() {
        cursor -= 1
        characters.remove(at: cursor)
    }
}
