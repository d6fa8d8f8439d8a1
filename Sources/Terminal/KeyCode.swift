import CNcurses
import Console

/// What ncurses hands out for one press: a character, or a number of its own for a key.
enum KeyCode: Hashable {
    case character(UInt32)
    case key(CInt)

    /// The next one typed; nil when there is none now.
    static func next() -> Self? {
        var value: wint_t = 0
        switch wget_wch(klamm_stdscr(), &value) {
        case OK: return .character(UInt32(value))
        case KEY_CODE_YES: return .key(CInt(bitPattern: value))
        default: return nil
        }
    }

    /// As the console knows it; nil for what is not a key. Reads on after an escape: alt sends one before its key.
    var chord: KeyChord? {
        switch self {
        case .character(0x1B):
            guard let next = Self.next() else { return KeyChord(.escape) }
            if next == self { return KeyChord(.escape) }
            guard var chord = next.plainChord else { return KeyChord(.escape) }
            chord.modifiers.insert(.alt)
            return chord
        default: return plainChord
        }
    }

    private var plainChord: KeyChord? {
        switch self {
        case .character(let value): Self.chord(ofCharacter: value)
        case .key(let code): Self.chord(ofKey: code)
        }
    }

    private static func chord(ofCharacter value: UInt32) -> KeyChord? {
        switch value {
        case 0: return .control(" ")
        case 8, 127: return KeyChord(.backspace)
        case 9: return KeyChord(.tab)
        case 10, 13: return KeyChord(.enter)
        case 27: return KeyChord(.escape)
        case 1...26, 28...31:
            guard let scalar = UnicodeScalar(value < 27 ? value + 0x60 : value + 0x40) else { return nil }
            return .control(Character(scalar))
        default:
            guard let scalar = UnicodeScalar(value), scalar.properties.generalCategory != .control else { return nil }
            return KeyChord(Character(scalar))
        }
    }

    private static func chord(ofKey code: CInt) -> KeyChord? {
        if let chord = named[code] { return chord }
        let first = klamm_key_f(1)
        if (first..<first + 24).contains(code) { return KeyChord(.function(Int(code - first) + 1)) }
        return extended(code)
    }

    private static let named: [CInt: KeyChord] = [
        KEY_UP: KeyChord(.up), KEY_DOWN: KeyChord(.down), KEY_LEFT: KeyChord(.left), KEY_RIGHT: KeyChord(.right),
        KEY_HOME: KeyChord(.home), KEY_END: KeyChord(.end), KEY_PPAGE: KeyChord(.pageUp),
        KEY_NPAGE: KeyChord(.pageDown), KEY_BACKSPACE: KeyChord(.backspace), KEY_DC: KeyChord(.delete),
        KEY_IC: KeyChord(.insert), KEY_ENTER: KeyChord(.enter), KEY_BTAB: .shift(.tab), KEY_SLEFT: .shift(.left),
        KEY_SRIGHT: .shift(.right), KEY_SR: .shift(.up), KEY_SF: .shift(.down), KEY_SHOME: .shift(.home),
        KEY_SEND: .shift(.end), KEY_SPREVIOUS: .shift(.pageUp), KEY_SNEXT: .shift(.pageDown), KEY_SDC: .shift(.delete),
        KEY_FIND: KeyChord(.home), KEY_SELECT: KeyChord(.end),
    ]

    /// Keys with modifiers have numbers that differ from terminal to terminal, but names such as `kLFT5`.
    private static func extended(_ code: CInt) -> KeyChord? {
        guard let text = keyname(code) else { return nil }
        let name = String(cString: text)
        guard let digit = name.last?.wholeNumberValue, (2...8).contains(digit), let key = bases[String(name.dropLast())]
        else { return nil }
        var modifiers: KeyChord.Modifiers = []
        // One more than the sum of shift 1, alt 2 and control 4.
        if (digit - 1) & 1 != 0 { modifiers.insert(.shift) }
        if (digit - 1) & 2 != 0 { modifiers.insert(.alt) }
        if (digit - 1) & 4 != 0 { modifiers.insert(.control) }
        return KeyChord(key, modifiers)
    }

    private static let bases: [String: Key] = [
        "kUP": .up, "kDN": .down, "kLFT": .left, "kRIT": .right, "kHOM": .home, "kEND": .end, "kPRV": .pageUp,
        "kNXT": .pageDown, "kDC": .delete, "kIC": .insert,
    ]
}

/// What the mouse does comes as `ESC [ < button ; column ; row M`, with m when a button is let go. With shift held the
/// terminal keeps the mouse to itself, and selects text.
enum Mouse {
    static let on = "\u{1B}[?1000h\u{1B}[?1006h"
    static let off = "\u{1B}[?1006l\u{1B}[?1000l"
    static let start: CInt = 0o1777 + 1002
    /// Longer than any report; the rest is not the mouse's.
    private static let longest = 24

    static func define() { define_key("\u{1B}[<", start) }

    enum Report: Hashable {
        case unfinished
        case over(MouseEvent?)
    }

    /// What these characters after the beginning mean.
    static func read(_ text: String) -> Report {
        guard let last = text.last else { return .unfinished }
        if last == "m" { return .over(nil) }
        guard last == "M" else {
            return last == ";" || last.isNumber && text.count < longest ? .unfinished : .over(nil)
        }
        let numbers = text.dropLast().split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, let button = numbers[0], let column = numbers[1], let row = numbers[2], column > 0,
            row > 0
        else { return .over(nil) }
        let position = Position(row: row - 1, column: column - 1)
        // Held keys are told with the button; the mouse that is dragged is none of ours.
        return switch button & ~0b1_1100 {
        case 0: .over(MouseEvent(.click, at: position))
        case 64: .over(MouseEvent(.wheelUp, at: position))
        case 65: .over(MouseEvent(.wheelDown, at: position))
        default: .over(nil)
        }
    }
}

/// Text that is pasted comes between two marks, so that its letters are not taken for keys.
enum Bracketed {
    static let on = "\u{1B}[?2004h"
    static let off = "\u{1B}[?2004l"
    /// Numbers past all of ncurses' own.
    static let start: CInt = 0o1777 + 1000
    static let end: CInt = 0o1777 + 1001

    static func define() {
        define_key("\u{1B}[200~", start)
        define_key("\u{1B}[201~", end)
    }
}
