/// A regular expression, matched anywhere in a record's bytes.
///
/// All states are followed at once, so that the time grows with the length of the bytes times that of the pattern and no
/// faster: both come from people who may not mean well. In return there are no back references and no looking around.
///
/// | written | matches |
/// |---|---|
/// | `.` | any character but a line break |
/// | `[a-z_]` `[^0-9]` `\d \D \w \W \s \S` | one of these (ASCII), one that is none of these |
/// | `^` `$` `\b` `\B` | begin, end, a word's edge (of ASCII letters, digits, `_`), none |
/// | `x*` `x+` `x?` `x{2}` `x{2,}` `x{2,5}` | so many of them; a `?` behind makes no difference here |
/// | `(x)` `(?:x)` `x\|y` | groups, one or the other |
/// | `\t \n \r \xHH` `\.` | the character |
/// | `(?i)` at the beginning | ASCII letters large or small |
///
/// Bytes that are not UTF-8 are characters of their own, which only `.` and negated classes match.
struct Pattern: Hashable, Sendable {
    /// A sentence for whoever typed it.
    struct Failure: Error, Hashable, Sendable {
        var reason: String
    }

    enum Edge: Hashable, Sendable { case begin, end, word, noWord }

    enum Instruction: Hashable, Sendable {
        case character(CharacterClass)
        /// Goes on at both.
        case fork(Int, Int)
        case edge(Edge)
        case match
    }

    static let instructionsMax = 2000

    private let program: [Instruction]

    init(_ text: some StringProtocol) throws(Failure) {
        var parser = PatternParser(text)
        var compiler = PatternCompiler()
        let tree = try parser.parse()
        try compiler.add(tree)
        program = compiler.instructions + [.match]
    }

    func matches(_ bytes: [UInt8]) -> Bool {
        var current = Threads(count: program.count)
        var next = Threads(count: program.count)
        var text = Characters(bytes)
        var before: UInt32?
        var here = text.next()
        while true {
            // A match may begin at each character.
            if follow(0, &current, before, here) { return true }
            guard let character = here else { return false }
            let after = text.next()
            next.removeAll()
            for index in 0..<current.count {
                let place = current[index]
                guard case .character(let set) = program[place], set.contains(character) else { continue }
                if follow(place + 1, &next, character, after) { return true }
            }
            swap(&current, &next)
            before = here
            here = after
        }
    }

    /// Adds what can be reached from an instruction without a character; true where that is the match.
    private func follow(_ start: Int, _ threads: inout Threads, _ before: UInt32?, _ after: UInt32?) -> Bool {
        threads.stack.append(start)
        while let place = threads.stack.popLast() {
            guard threads.insert(place) else { continue }
            switch program[place] {
            case .match:
                threads.stack.removeAll()
                return true
            case .fork(let left, let right):
                threads.stack.append(right)
                threads.stack.append(left)
            case .edge(let edge): if Self.holds(edge, before, after) { threads.stack.append(place + 1) }
            case .character: break
            }
        }
        return false
    }

    private static func holds(_ edge: Edge, _ before: UInt32?, _ after: UInt32?) -> Bool {
        switch edge {
        case .begin: before == nil
        case .end: after == nil
        case .word: isWord(before) != isWord(after)
        case .noWord: isWord(before) == isWord(after)
        }
    }

    private static func isWord(_ character: UInt32?) -> Bool { character.map(CharacterClass.word.contains) ?? false }
}

/// Some instructions, each once, in the order in which they came.
private struct Threads {
    private(set) var count = 0
    private var places: [Int]
    private var indices: [Int]
    var stack: [Int] = []

    init(count: Int) {
        places = Array(repeating: 0, count: count)
        indices = Array(repeating: 0, count: count)
    }

    subscript(index: Int) -> Int { places[index] }

    mutating func removeAll() { count = 0 }

    /// False where it is there already.
    mutating func insert(_ place: Int) -> Bool {
        let index = indices[place]
        if index < count, places[index] == place { return false }
        places[count] = place
        indices[place] = count
        count += 1
        return true
    }
}

/// The scalars of UTF-8; each byte that is none is given as a number behind all scalars.
private struct Characters {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> UInt32? {
        guard index < bytes.count else { return nil }
        let first = bytes[index]
        index += 1
        if first < 0x80 { return UInt32(first) }
        let length = first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0
        guard first < 0xF5, length > 0, index + length <= bytes.count else { return 0x110000 + UInt32(first) }
        var value = UInt32(first) & (0x3F >> UInt32(length))
        for byte in bytes[index..<index + length] {
            guard byte & 0xC0 == 0x80 else { return 0x110000 + UInt32(first) }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        let least: [UInt32] = [0, 0x80, 0x800, 0x10000]
        guard value >= least[length], UnicodeScalar(value) != nil else { return 0x110000 + UInt32(first) }
        index += length
        return value
    }
}

/// A set of characters.
struct CharacterClass: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    func contains(_ character: UInt32) -> Bool {
        for range in ranges where range.contains(character) { return !isNegated }
        return isNegated
    }

    static let digit = Self(ranges: [0x30...0x39])
    static let word = Self(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = Self(ranges: [0x09...0x0D, 0x20...0x20])
    static let any = Self(ranges: [0x0A...0x0A], isNegated: true)

    var negated: Self { Self(ranges: ranges, isNegated: !isNegated) }

    /// The same, with ASCII letters large and small.
    var ignoringCase: Self {
        var both = self
        for range in ranges {
            for (letters, distance) in [(UInt32(0x41)...0x5A, Int64(32)), (UInt32(0x61)...0x7A, Int64(-32))] {
                guard range.overlaps(letters) else { continue }
                let common = range.clamped(to: letters)
                both.ranges.append(
                    UInt32(Int64(common.lowerBound) + distance)...UInt32(Int64(common.upperBound) + distance))
            }
        }
        return both
    }
}
