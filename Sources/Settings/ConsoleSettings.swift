import Console
import TOMLKit

/// What the user's `config.toml` says about the console.
///
/// ```
/// theme = "light"
/// [keys.all]            # every view where the action is valid
/// help = ["f1"]
/// [keys.topics]         # one view
/// kill = ["X", "ctrl-x"]
/// delete-topic = []     # no key at all
/// ```
package struct ConsoleSettings: Hashable, Sendable {
    package var theme: String?
    package var keymap = Keymap()

    package init() {}

    /// The settings in this folder; the defaults where there is no file.
    package init(folder: String?) throws(SettingsError) {
        self.init()
        guard let path = folder.map({ $0 + "/config.toml" }), let text = try SettingsFolder.text(of: path) else {
            return
        }
        try self.init(file: path, text: text)
    }

    package init(file: String, text: String) throws(SettingsError) {
        let document = try SettingsDocument(file: file, text: text)
        try document.check(document.table, at: [], knows: ["theme", "keys"])
        if let value = document.table["theme"] {
            guard let name = value.string else {
                throw document.error(at: ["theme"], "'theme' must be a name in quotes")
            }
            theme = name
        }
        let bindings = try Self.bindings(document)
        // First free all keys that get another meaning, so that two actions can swap theirs.
        for binding in bindings { try Self.bind(binding, to: [], in: &keymap, document) }
        for binding in bindings { try Self.bind(binding, to: binding.keys, in: &keymap, document) }
    }

    private struct Binding {
        var path: [String]
        var view: ViewName?
        var action: ActionID
        var keys: [KeyChord]
    }

    private static func bind(
        _ binding: Binding, to keys: [KeyChord], in keymap: inout Keymap, _ document: SettingsDocument
    ) throws(SettingsError) {
        do throws(KeymapError) {
            try keymap.rebind(binding.action, in: binding.view, to: keys)
        } catch {
            throw document.error(at: binding.path, error.description)
        }
    }

    private static func bindings(_ document: SettingsDocument) throws(SettingsError) -> [Binding] {
        guard let keys = try document.table("keys") else { return [] }
        let views = ["all"] + ViewName.allCases.map(\.rawValue)
        try document.check(keys, at: ["keys"], knows: views)
        var bindings: [Binding] = []
        for view in views {
            guard let value = keys[view] else { continue }
            guard let table = value.table else {
                throw document.error(at: ["keys", view], "'keys.\(view)' must be a table of actions")
            }
            for name in table.keys {
                let path = ["keys", view, name]
                guard let action = ActionID(rawValue: name) else {
                    throw document.error(
                        at: path, "there is no action '\(name)'; known are \(listed(ActionID.allCases.map(\.rawValue)))"
                    )
                }
                bindings.append(
                    Binding(
                        path: path, view: ViewName(rawValue: view), action: action,
                        keys: try chords(table[name], at: path, document)))
            }
        }
        return bindings
    }

    private static func chords(
        _ value: (any TOMLValueConvertible)?, at path: [String], _ document: SettingsDocument
    ) throws(SettingsError) -> [KeyChord] {
        guard let array = value?.array else {
            throw document.error(at: path, "keys must be a list, such as [\"K\", \"ctrl-x\"]; an empty one disables")
        }
        return try array.map { (key) throws(SettingsError) in
            guard let text = key.string, let chord = KeyChord(parsing: text) else {
                throw document.error(
                    at: path, "'\(key.string ?? key.debugDescription)' is not a key; write K, ctrl-f, shift-left, f1")
            }
            return chord
        }
    }
}
