/// A key without its modifiers.
package enum Key: Hashable, Sendable {
    /// A printable character, as typed: `K` is not `k` with shift.
    case character(Character)
    case enter, escape, tab, backspace, delete, insert
    case up, down, left, right, home, end, pageUp, pageDown
    case function(Int)
}

/// One press: a key and what was held with it.
///
/// Written `K`, `ctrl-f`, `shift-left`, `alt-x`, `space`, `f1`. Shift with a letter is the capital letter.
package struct KeyChord: Hashable, Sendable {
    package struct Modifiers: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let control = Self(rawValue: 1)
        package static let alt = Self(rawValue: 2)
        package static let shift = Self(rawValue: 4)
    }

    package var key: Key
    package var modifiers: Modifiers

    package init(_ key: Key, _ modifiers: Modifiers = []) {
        self.key = key
        self.modifiers = modifiers
    }

    package init(_ character: Character) { self.init(.character(character)) }

    package static func control(_ character: Character) -> Self { Self(.character(character), .control) }
    package static func shift(_ key: Key) -> Self { Self(key, .shift) }
}

extension KeyChord: CustomStringConvertible {
    private static let names: [(String, Key)] = [
        ("enter", .enter), ("esc", .escape), ("tab", .tab), ("backspace", .backspace), ("delete", .delete),
        ("insert", .insert), ("up", .up), ("down", .down), ("left", .left), ("right", .right), ("home", .home),
        ("end", .end), ("pgup", .pageUp), ("pgdn", .pageDown), ("space", .character(" ")), ("minus", .character("-")),
    ]

    package var description: String {
        var text = ""
        if modifiers.contains(.control) { text += "ctrl-" }
        if modifiers.contains(.alt) { text += "alt-" }
        if modifiers.contains(.shift) { text += "shift-" }
        switch key {
        case .function(let number): return text + "f\(number)"
        case .character(let character) where character != " " && character != "-": return text + String(character)
        default: return text + (Self.names.first { $0.1 == key }?.0 ?? "")
        }
    }

    /// Reads what `description` writes; also `escape`, `return`, `pageup`, `pagedown`. Nil for anything else.
    package init?(parsing text: String) {
        var rest = Substring(text)
        var modifiers: Modifiers = []
        while true {
            if rest.lowercased().hasPrefix("ctrl-"), rest.count > 5 {
                modifiers.insert(.control)
                rest = rest.dropFirst(5)
            } else if rest.lowercased().hasPrefix("alt-"), rest.count > 4 {
                modifiers.insert(.alt)
                rest = rest.dropFirst(4)
            } else if rest.lowercased().hasPrefix("shift-"), rest.count > 6 {
                modifiers.insert(.shift)
                rest = rest.dropFirst(6)
            } else {
                break
            }
        }
        if rest.count == 1, let character = rest.first {
            let isShifted = modifiers.contains(.shift) && character.isLetter
            if isShifted { modifiers.remove(.shift) }
            let shifted =
                isShifted ? Character(character.uppercased().first.map(String.init) ?? String(character)) : character
            self.init(.character(modifiers.contains(.control) ? Character(shifted.lowercased()) : shifted), modifiers)
            return
        }
        let name = rest.lowercased()
        if let known = Self.names.first(where: { $0.0 == name }) {
            self.init(known.1, modifiers)
            return
        }
        switch name {
        case "escape": self.init(.escape, modifiers)
        case "return": self.init(.enter, modifiers)
        case "pageup": self.init(.pageUp, modifiers)
        case "pagedown": self.init(.pageDown, modifiers)
        default:
            guard name.first == "f", let number = Int(name.dropFirst()), (1...24).contains(number) else { return nil }
            self.init(.function(number), modifiers)
        }
    }
}
