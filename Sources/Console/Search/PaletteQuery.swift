/// What was typed into the palette, word by word: each must be found, in whatever order.
struct PaletteQuery {
    /// How far an item is from what was typed: small is near.
    struct Match: Hashable {
        var score = 0
        /// Other names by which it was found, where its own would not do.
        var aliases: [String] = []
        /// Whether every word begins the name, one of its words, or another name.
        var isNear = true
    }

    /// What an item is found by.
    struct Names {
        var name: String
        /// Two or three words that say the same.
        var label = ""
        /// Other names, and how far down the item stands among what each of them means.
        var others: [(word: String, rank: Int)] = []
        /// A sentence about it: by its words alone nothing is found.
        var help = ""
    }

    private struct WordMatch {
        var score: Int
        var alias: String?
        var isNear = true
        var isNamed = true
    }

    /// A name or one of its words that begins with what was typed.
    static let nearMost = 12

    private let whole: [Unicode.Scalar]
    private let words: [[Unicode.Scalar]]

    init(_ typed: String) {
        whole = Array(typed.lowercased().unicodeScalars)
        words = whole.split(separator: " ").map(Array.init)
    }

    var isEmpty: Bool { words.isEmpty }

    /// Nil where one of the words is not found.
    func match(_ names: Names) -> Match? {
        let name = Array(names.name.lowercased().unicodeScalars)
        var match = Match()
        var isNamed = false
        for word in words {
            guard let best = Self.match(word, name, names) else { return nil }
            match.score += best.score
            match.isNear = match.isNear && best.isNear
            isNamed = isNamed || best.isNamed
            if let alias = best.alias, !match.aliases.contains(alias) { match.aliases.append(alias) }
        }
        guard isNamed else { return nil }
        // Of `topic pay` the one of this name, not one of two words that are both in it somewhere.
        if words.count > 1, name.starts(with: whole), !isCut(whole, name) { return Match(score: name == whole ? 0 : 2) }
        return match
    }

    /// Whether what was typed ends within a number of the name: `cut 3-1` is not about 101.
    private func isCut(_ typed: [Unicode.Scalar], _ name: [Unicode.Scalar]) -> Bool {
        typed.count < name.count && typed.last?.properties.isDigit == true && name[typed.count].properties.isDigit
    }

    private static func match(_ word: [Unicode.Scalar], _ name: [Unicode.Scalar], _ names: Names) -> WordMatch? {
        let own = score(word, in: name).map { $0 * 2 }
        var best = own.map { WordMatch(score: $0, isNear: $0 <= nearMost) }
        func offer(_ match: WordMatch) { if match.score < best?.score ?? .max { best = match } }
        if let place = begin(word, in: names.label) { offer(WordMatch(score: place == 0 ? 2 : 8)) }
        for other in names.others {
            guard let score = score(word, inOther: other.word) else { continue }
            // Where its own name begins so too, it needs no other.
            offer(WordMatch(score: (score + other.rank) * 2, alias: own ?? .max > nearMost ? other.word : nil))
        }
        if word.count > 2 || word.allSatisfy(\.properties.isDigit), begin(word, in: names.help) != nil {
            offer(WordMatch(score: 32, isNamed: false))
        }
        return best
    }

    /// Where the first word of the text begins that begins with the letters.
    private static func begin(_ word: [Unicode.Scalar], in text: String) -> Int? {
        guard !text.isEmpty else { return nil }
        let text = Array(text.lowercased().unicodeScalars)
        return starts(of: text).first { text[$0...].starts(with: word) }
    }

    private static func score(_ word: [Unicode.Scalar], inOther other: String) -> Int? {
        let other = Array(other.unicodeScalars)
        if other == word { return 0 }
        return word.count > 2 && other.starts(with: word) ? 4 : nil
    }

    /// How far the letters are from the name. A name that begins with them comes before one with a word that does, that
    /// before one that merely contains them, and that before one of whose words they are the first letters, as `gbil` is
    /// of `group billing`. Letters that are strewn otherwise find nothing: every long name has them.
    static func score(_ letters: [Unicode.Scalar], in name: [Unicode.Scalar]) -> Int? {
        if name == letters { return 0 }
        if name.starts(with: letters) { return 1 }
        let starts = starts(of: name)
        if starts.contains(where: { name[$0...].starts(with: letters) }) { return 2 + min(4, name.count / 8) }
        if name.indices.contains(where: { name[$0...].starts(with: letters) }) { return 12 + name.count / 8 }
        return abbreviates(letters, name, starts) ? 24 + name.count / 8 : nil
    }

    private static func starts(of text: [Unicode.Scalar]) -> [Int] {
        text.indices.filter { index in
            (index == 0 || separators.contains(text[index - 1])) && !separators.contains(text[index])
        }
    }

    private static let separators = Set(" -_.,:;()/".unicodeScalars)

    /// Whether the letters are beginnings of words of the name, one after the other.
    private static func abbreviates(_ letters: [Unicode.Scalar], _ name: [Unicode.Scalar], _ starts: [Int]) -> Bool {
        // How many letters the words until here may stand for.
        var reached: Set<Int> = [0]
        for start in starts where !reached.contains(letters.count) {
            for count in reached {
                let common = zip(letters[count...], name[start...]).prefix { $0 == $1 }.count
                if common > 0 { reached.formUnion(count + 1...count + common) }
            }
        }
        return reached.contains(letters.count)
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isDigit: Bool { numericType == .decimal }
}
