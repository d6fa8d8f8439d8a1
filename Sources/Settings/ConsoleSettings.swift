import Console
import TOMLKit

/// What the user's `klamm.toml` says about the console.
///
/// ```
/// theme = "light"
/// mouse = false         # the terminal keeps the mouse to itself
/// [keys.all]            # every view where the action is valid
/// help = ["f1"]
/// [keys.topics]         # one view
/// kill = ["X", "ctrl-x"]
/// delete-topic = []     # no key at all
/// ```
///
/// A line that cannot be used is named in `problems`, and what it was about keeps its default: nobody is locked out of a
/// console by a typing mistake.
package struct ConsoleSettings: Hashable, Sendable {
    package static let fileName = "klamm.toml"
    private static let known = ["theme", "mouse", "keys", "cluster", "records"]

    package var theme: String?
    package var takesMouse = true
    package var keymap = Keymap()
    package var problems: [SettingsError] = []
    package var clusters: [NamedCluster] = []
    /// By topic.
    package var schemas: [String: RecordSchemas] = [:]

    package init() {}

    /// The settings in this folder; the defaults where there is no file.
    package init(folder: String?) {
        self.init()
        guard let path = folder.map({ "\($0)/\(Self.fileName)" }) else { return }
        do throws(SettingsError) {
            guard let text = try SettingsFolder.text(of: path) else { return }
            self.init(file: path, text: text)
        } catch {
            problems = [error]
        }
    }

    package init(file: String, text: String) {
        self.init()
        do throws(SettingsError) {
            try read(SettingsDocument(file: file, text: text))
        } catch {
            // What is no TOML has no lines that could be told apart.
            self = Self()
            problems = [error]
        }
        problems.sort { ($0.line, $0.reason) < ($1.line, $1.reason) }
    }

    private mutating func read(_ document: SettingsDocument) throws(SettingsError) {
        for name in document.table.keys where !Self.known.contains(name) {
            problems.append(
                document.error(at: [name], "'\(name)' is unknown here; known are \(listed(Self.known))"))
        }
        if let value = document.table["theme"] {
            theme = value.string
            if theme == nil { problems.append(document.error(at: ["theme"], "'theme' must be a name in quotes")) }
        }
        if let value = document.table["mouse"] {
            if value.bool == nil { problems.append(document.error(at: ["mouse"], "'mouse' must be true or false")) }
            takesMouse = value.bool ?? true
        }
        bind(bindings(document), document)
        clusters = NamedCluster.all(in: document, &problems)
        schemas = SchemaFiles.all(in: document, &problems)
    }

    private struct Binding {
        var path: [String]
        var view: ViewName?
        var action: ActionID
        var keys: [KeyChord]
    }

    /// First frees all keys that get another meaning, so that two actions can swap theirs. One that cannot be bound so gets
    /// its own keys back, where they are still free.
    private mutating func bind(_ bindings: [Binding], _ document: SettingsDocument) {
        var usable: [Binding] = []
        for binding in bindings {
            do throws(KeymapError) {
                try keymap.rebind(binding.action, in: binding.view, to: [])
                usable.append(binding)
            } catch {
                problems.append(document.error(at: binding.path, error.description))
            }
        }
        for binding in usable {
            do throws(KeymapError) {
                try keymap.rebind(binding.action, in: binding.view, to: binding.keys)
            } catch {
                let words = "\(error.description); '\(binding.action.rawValue)' "
                do throws(KeymapError) {
                    try keymap.reset(binding.action, in: binding.view)
                    problems.append(document.error(at: binding.path, words + "keeps its own keys"))
                } catch {
                    problems.append(document.error(at: binding.path, words + "has no key now"))
                }
            }
        }
    }

    private mutating func bindings(_ document: SettingsDocument) -> [Binding] {
        guard let value = document.table["keys"] else { return [] }
        guard let keys = value.table else {
            problems.append(document.error(at: ["keys"], "'keys' must be a table, [keys.all]"))
            return []
        }
        let views = ["all"] + ViewName.allCases.map(\.rawValue)
        for name in keys.keys where !views.contains(name) {
            problems.append(
                document.error(at: ["keys", name], "'\(name)' is unknown here; known are \(listed(views))"))
        }
        var bindings: [Binding] = []
        for view in views {
            guard let value = keys[view] else { continue }
            guard let table = value.table else {
                problems.append(
                    document.error(at: ["keys", view], "'keys.\(view)' must be a table of actions"))
                continue
            }
            for name in table.keys {
                do throws(SettingsError) {
                    bindings.append(try Self.binding(name, table[name], in: view, document))
                } catch {
                    problems.append(error)
                }
            }
        }
        return bindings
    }

    private static func binding(
        _ name: String, _ value: (any TOMLValueConvertible)?, in view: String, _ document: SettingsDocument
    ) throws(SettingsError) -> Binding {
        let path = ["keys", view, name]
        guard let action = ActionID(rawValue: name) else {
            throw document.error(
                at: path, "there is no action '\(name)'; known are \(listed(ActionID.allCases.map(\.rawValue)))")
        }
        return Binding(
            path: path, view: ViewName(rawValue: view), action: action, keys: try chords(value, at: path, document))
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
