/// A line of text being typed.
package struct TextField: Hashable, Sendable {
    package private(set) var characters: [Character]
    /// Where the next character goes, from 0 to the count.
    package private(set) var cursor: Int
    /// All of it: nobody has typed it.
    package private(set) var isSelected = false

    package init(_ text: String = "") {
        characters = Array(text)
        cursor = characters.count
    }

    /// With what nobody has typed. As in a browser it is selected: the first character typed takes its place, and an
    /// arrow keeps it to be edited.
    init(offering text: String) {
        self.init(text)
        isSelected = !text.isEmpty
    }

    package var text: String { String(characters) }

    /// Whether the key was one for editing.
    mutating func edit(_ chord: KeyChord) -> Bool {
        if isSelected, let isEdited = editSelected(chord) { return isEdited }
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

    /// Nil where the key does the same as to what is not selected.
    private mutating func editSelected(_ chord: KeyChord) -> Bool? {
        switch (chord.key, chord.modifiers) {
        case (.character, []):
            replaceSelected()
            return nil
        case (.backspace, []), (.delete, []), (.character("h"), .control), (.character("w"), .control),
            (.character("u"), .control), (.character("k"), .control):
            replaceSelected()
        case (.left, []), (.home, []): (cursor, isSelected) = (0, false)
        case (.right, []), (.end, []), (.character("e"), .control): (cursor, isSelected) = (characters.count, false)
        default: return false
        }
        return true
    }

    private mutating func replaceSelected() { self = Self() }

    mutating func insert(_ text: String) {
        if isSelected { replaceSelected() }
        characters.insert(contentsOf: text, at: cursor)
        cursor += text.count
    }

    private mutating func removeBefore() {
        cursor -= 1
        characters.remove(at: cursor)
    }
}
