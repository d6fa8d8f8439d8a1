/// The tree of a regular expression.
indirect enum PatternTree {
    case empty
    case character(CharacterClass)
    case edge(Pattern.Edge)
    case sequence([PatternTree])
    case either([PatternTree])
    /// Nil for without end.
    case times(PatternTree, Int, Int?)
}

/// Reads a regular expression.
struct PatternParser {
    private static let depthMax = 50
    private static let timesMax = 1000

    private var rest: ArraySlice<Character>
    private var ignoresCase = false

    init(_ text: some StringProtocol) {
        rest = Array(text)[...]
        if text.hasPrefix("(?i)") {
            ignoresCase = true
            rest = rest.dropFirst(4)
        }
    }

    mutating func parse() throws(Pattern.Failure) -> PatternTree {
        let tree = try either(depth: 0)
        guard rest.isEmpty else { throw Pattern.Failure(reason: "a ) without its (") }
        return tree
    }

    private mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func either(depth: Int) throws(Pattern.Failure) -> PatternTree {
        guard depth < Self.depthMax else { throw Pattern.Failure(reason: "the groups of this pattern lie too deep") }
        var branches = [try sequence(depth)]
        while take("|") { branches.append(try sequence(depth)) }
        return branches.count == 1 ? branches[0] : .either(branches)
    }

    private mutating func sequence(_ depth: Int) throws(Pattern.Failure) -> PatternTree {
        var parts: [PatternTree] = []
        while let first = rest.first, first != "|", first != ")" { parts.append(try repeated(depth)) }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repeated(_ depth: Int) throws(Pattern.Failure) -> PatternTree {
        var tree = try atom(depth)
        while let sign = rest.first, "*+?{".contains(sign) {
            if sign == "{" {
                guard let (least, most) = times() else { return tree }
                guard max(least, most ?? 0) <= Self.timesMax, least <= most ?? least else {
                    throw Pattern.Failure(
                        reason: "{n,m} repeats at most \(Self.timesMax) times, the smaller number first")
                }
                tree = .times(tree, least, most)
            } else {
                rest = rest.dropFirst()
                tree = .times(tree, sign == "+" ? 1 : 0, sign == "?" ? 1 : nil)
            }
            // Whether more or less is taken makes no difference to whether there is a match.
            if take("?") { continue }
            if rest.first == "+" { throw Pattern.Failure(reason: "possessive repetition is not known here") }
        }
        return tree
    }

    /// Of `{2,5}`; nil where the brace is a character like others.
    private mutating func times() -> (Int, Int?)? {
        guard let end = rest.firstIndex(of: "}") else { return nil }
        let inner = String(rest[rest.startIndex + 1..<end])
        let halves = inner.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = halves.first, let least = Int(first), least >= 0, halves.count <= 2 else { return nil }
        var most: Int? = least
        if halves.count == 2 {
            most = Int(halves[1])
            guard most != nil || halves[1].isEmpty else { return nil }
        }
        rest = rest[(end + 1)...]
        return (least, most)
    }

    private mutating func atom(_ depth: Int) throws(Pattern.Failure) -> PatternTree {
        let character = rest.removeFirst()
        switch character {
        case ".": return .character(.any)
        case "^": return .edge(.begin)
        case "$": return .edge(.end)
        case "(":
            if take("?"), !take(":") { throw Pattern.Failure(reason: "of the groups with (? only (?: is known here") }
            let tree = try either(depth: depth + 1)
            guard take(")") else { throw Pattern.Failure(reason: "a ( without its )") }
            return tree
        case "[": return .character(try characterClass())
        case "\\":
            guard let letter = rest.popFirst() else { throw Pattern.Failure(reason: "a \\ at the end") }
            if letter == "b" { return .edge(.word) }
            if letter == "B" { return .edge(.noWord) }
            return .character(cased(try escape(letter)))
        case "*", "+", "?": throw Pattern.Failure(reason: "there is nothing before \(character) to repeat")
        default:
            // A character may be several scalars: a letter and its marks.
            let scalars = character.unicodeScalars.map { scalar -> PatternTree in
                .character(cased(CharacterClass(ranges: [scalar.value...scalar.value])))
            }
            return scalars.count == 1 ? scalars[0] : .sequence(scalars)
        }
    }

    private func cased(_ set: CharacterClass) -> CharacterClass { ignoresCase ? set.ignoringCase : set }

    /// What stands behind a backslash.
    private mutating func escape(_ letter: Character) throws(Pattern.Failure) -> CharacterClass {
        switch letter {
        case "d": return .digit
        case "D": return .digit.negated
        case "w": return .word
        case "W": return .word.negated
        case "s": return .space
        case "S": return .space.negated
        case "t": return Self.one(9)
        case "n": return Self.one(10)
        case "r": return Self.one(13)
        case "x":
            guard let value = UInt32(String(rest.prefix(2)), radix: 16), rest.count >= 2 else {
                throw Pattern.Failure(reason: "\\x is followed by two hexadecimal digits")
            }
            rest = rest.dropFirst(2)
            return Self.one(value)
        default:
            guard let scalar = letter.unicodeScalars.first, letter.unicodeScalars.count == 1,
                !letter.isLetter, !letter.isNumber
            else { throw Pattern.Failure(reason: "\\\(letter) is not known here") }
            return Self.one(scalar.value)
        }
    }

    private static func one(_ value: UInt32) -> CharacterClass { CharacterClass(ranges: [value...value]) }

    private mutating func characterClass() throws(Pattern.Failure) -> CharacterClass {
        let isNegated = take("^")
        var set = CharacterClass(ranges: [])
        var isFirst = true
        while let character = rest.popFirst() {
            if character == "]", !isFirst {
                set = cased(set)
                set.isNegated = isNegated
                return set
            }
            isFirst = false
            let low = try member(character)
            guard rest.first == "-", let end = rest.dropFirst().first, end != "]" else {
                guard !low.isNegated else {
                    throw Pattern.Failure(reason: "\\D, \\W and \\S do not stand between brackets here")
                }
                set.ranges += low.ranges
                continue
            }
            rest = rest.dropFirst(2)
            let high = try member(end)
            guard low.ranges.count == 1, high.ranges.count == 1, !low.isNegated, !high.isNegated,
                low.ranges[0].lowerBound <= high.ranges[0].upperBound
            else { throw Pattern.Failure(reason: "a range between brackets goes from the smaller character up") }
            set.ranges.append(low.ranges[0].lowerBound...high.ranges[0].upperBound)
        }
        throw Pattern.Failure(reason: "a [ without its ]")
    }

    private mutating func member(_ character: Character) throws(Pattern.Failure) -> CharacterClass {
        if character == "\\" {
            guard let letter = rest.popFirst() else { throw Pattern.Failure(reason: "a \\ at the end") }
            return try escape(letter)
        }
        let scalars = Array(character.unicodeScalars)
        guard scalars.count == 1 else {
            throw Pattern.Failure(reason: "\(character) is more than one character and cannot stand between brackets")
        }
        return Self.one(scalars[0].value)
    }
}

/// Turns the tree into instructions, each of which goes on with the next.
struct PatternCompiler {
    private(set) var instructions: [Pattern.Instruction] = []

    private mutating func append(_ instruction: Pattern.Instruction) throws(Pattern.Failure) {
        guard instructions.count < Pattern.instructionsMax else {
            throw Pattern.Failure(reason: "this pattern is too long when all its repetitions are written out")
        }
        instructions.append(instruction)
    }

    mutating func add(_ tree: PatternTree) throws(Pattern.Failure) {
        switch tree {
        case .empty: break
        case .character(let set): try append(.character(set))
        case .edge(let edge): try append(.edge(edge))
        case .sequence(let parts): for part in parts { try add(part) }
        case .either(let branches): try add(branches[...])
        case .times(let part, let least, let most):
            for _ in 0..<least { try add(part) }
            if let most {
                for _ in least..<max(least, most) {
                    try optional { compiler throws(Pattern.Failure) in try compiler.add(part) }
                }
            } else {
                let start = instructions.count
                try optional { compiler throws(Pattern.Failure) in
                    try compiler.add(part)
                    try compiler.append(.fork(start, start))
                }
            }
        }
    }

    /// A fork around what `body` adds.
    private mutating func optional(
        _ body: (inout Self) throws(Pattern.Failure) -> Void
    ) throws(Pattern.Failure) {
        let fork = instructions.count
        try append(.fork(fork + 1, fork + 1))
        try body(&self)
        instructions[fork] = .fork(fork + 1, instructions.count)
    }

    private mutating func add(_ branches: ArraySlice<PatternTree>) throws(Pattern.Failure) {
        guard let first = branches.first else { return }
        guard branches.count > 1 else { return try add(first) }
        let fork = instructions.count
        try append(.fork(fork + 1, fork + 1))
        try add(first)
        let jump = instructions.count
        try append(.fork(jump + 1, jump + 1))
        instructions[fork] = .fork(fork + 1, instructions.count)
        try add(branches.dropFirst())
        instructions[jump] = .fork(instructions.count, instructions.count)
    }
}
