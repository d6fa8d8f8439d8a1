/// A setting by the name and in the words in which users write it: in a scenario, over HTTP, in Kafka's documentation.
///
/// Each looks at its own value alone. Which settings go together is for the client to say, as Kafka's clients do.
struct NamedSetting<Settings>: Sendable {
    /// The name that it is told under, then others that are understood.
    let names: [String]
    /// Completes the sentence "... takes".
    let takes: String
    /// Its words, where it takes no others.
    let choices: [String]
    /// False for a value that it does not take.
    let change: @Sendable (inout Settings, String) -> Bool
    /// As a user would write it.
    let text: @Sendable (Settings) -> String

    init(
        _ names: [String], takes: String, choices: [String] = [],
        set change: @escaping @Sendable (inout Settings, String) -> Bool,
        get text: @escaping @Sendable (Settings) -> String
    ) {
        self.names = names
        self.takes = takes
        self.choices = choices
        self.change = change
        self.text = text
    }
}

/// Why a setting was refused, as a sentence for its author.
package struct SettingError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Settings that can be set and read by name.
package protocol NamedSettings {
    /// The names that `set` and `value` know, each setting once.
    static var names: [String] { get }
    mutating func set(_ name: String, to value: String) throws(SettingError)
    /// As `set` takes it.
    func value(_ name: String) throws(SettingError) -> String
    /// What a setting is for, and what it takes.
    static func facts(_ name: String) -> SettingFacts?
}

/// What is to be known of a setting before one changes it.
package struct SettingFacts: Hashable, Sendable {
    /// A sentence.
    package var purpose: String
    /// Completes the sentence "it takes ...".
    package var takes: String
    /// Its words, where it takes no others.
    package var choices: [String]
}

/// How both kinds of clients keep theirs.
protocol NamedSettingsTable: NamedSettings {
    /// For sentences.
    static var noun: String { get }
    static var named: [NamedSetting<Self>] { get }
}

extension NamedSettingsTable {
    package static var names: [String] { named.map { $0.names[0] } }

    package mutating func set(_ name: String, to value: String) throws(SettingError) {
        let setting = try Self.setting(name)
        guard setting.change(&self, value) else {
            throw SettingError("\"\(name)\" takes \(setting.takes), not \"\(value)\".")
        }
    }

    package func value(_ name: String) throws(SettingError) -> String { try Self.setting(name).text(self) }

    package static func facts(_ name: String) -> SettingFacts? {
        guard let setting = named.first(where: { $0.names.contains(name) }) else { return nil }
        return SettingFacts(
            purpose: SettingWords.of(setting.names[0]), takes: setting.takes, choices: setting.choices)
    }

    private static func setting(_ name: String) throws(SettingError) -> NamedSetting<Self> {
        if let setting = named.first(where: { $0.names.contains(name) }) { return setting }
        let known = names.sorted().joined(separator: ", ")
        throw SettingError("A \(noun) has no setting \"\(name)\"; it has \(known).")
    }
}

// MARK: Kinds of values

extension NamedSetting {
    static func whole(
        _ names: String..., at path: WritableKeyPath<Settings, Int> & Sendable, in range: ClosedRange<Int>
    ) -> Self {
        Self(
            names, takes: wholeNumbers(range),
            set: { settings, text in
                guard let value = Int(text), range.contains(value) else { return false }
                settings[keyPath: path] = value
                return true
            },
            get: { "\($0[keyPath: path])" })
    }

    /// A number, or the word for none.
    static func whole(
        _ names: String..., at path: WritableKeyPath<Settings, Int?> & Sendable, in range: ClosedRange<Int>,
        or none: String
    ) -> Self {
        Self(
            names, takes: "\(wholeNumbers(range)), or \(none)",
            set: { settings, text in
                if text == none {
                    settings[keyPath: path] = nil
                    return true
                }
                guard let value = Int(text), range.contains(value) else { return false }
                settings[keyPath: path] = value
                return true
            },
            get: { $0[keyPath: path].map { "\($0)" } ?? none })
    }

    static func boolean(_ names: String..., at path: WritableKeyPath<Settings, Bool> & Sendable) -> Self {
        Self(
            names, takes: "true or false", choices: ["true", "false"],
            set: { settings, text in
                guard let value = Bool(text) else { return false }
                settings[keyPath: path] = value
                return true
            },
            get: { "\($0[keyPath: path])" })
    }

    /// One of these words; there is one for every value.
    static func choice<Value: Equatable & Sendable>(
        _ name: String, at path: WritableKeyPath<Settings, Value> & Sendable, _ words: [(String, Value)]
    ) -> Self {
        Self(
            [name], takes: orList(words.map(\.0)), choices: words.map(\.0),
            set: { settings, text in
                guard let value = words.first(where: { $0.0 == text })?.1 else { return false }
                settings[keyPath: path] = value
                return true
            },
            get: { settings in
                guard let word = words.first(where: { $0.1 == settings[keyPath: path] })?.0 else {
                    preconditionFailure("a value of \(name) has no word")
                }
                return word
            })
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable & Equatable & Sendable>(
        _ name: String, at path: WritableKeyPath<Settings, Value> & Sendable
    ) -> Self {
        choice(name, at: path, Value.allCases.map { ($0.rawValue, $0) })
    }

    static func wholeNumbers(_ range: ClosedRange<Int>) -> String {
        "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }

    /// `a, b or c`
    private static func orList(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
