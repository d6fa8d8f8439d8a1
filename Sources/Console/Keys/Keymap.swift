/// Why keys cannot be bound so, as a sentence for the settings file's error.
package struct KeymapError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
}

/// Which key does what, where. Starts as the action table's defaults; the settings file rebinds by view and action.
package struct Keymap: Hashable, Sendable {
    private struct Place: Hashable {
        var action: ActionID
        var view: ViewName?
    }

    private var rebound: [Place: [KeyChord]] = [:]

    package init() {}

    /// The keys of an action in a view; empty where it has none.
    package func keys(for action: ActionID, in view: ViewName) -> [KeyChord] {
        let entry = ActionTable.entry(action)
        guard entry.isValid(in: view) else { return [] }
        return rebound[Place(action: action, view: view)] ?? rebound[Place(action: action, view: nil)] ?? entry.keys
    }

    package func action(for chord: KeyChord, in view: ViewName) -> ActionID? {
        ActionTable.all.first { keys(for: $0.id, in: view).contains(chord) }?.id
    }

    /// Binds `action` to exactly these keys, in one view or (nil) in all; no keys disables it. Fails where a key
    /// already does something else there.
    package mutating func rebind(_ action: ActionID, in view: ViewName?, to keys: [KeyChord]) throws(KeymapError) {
        let entry = ActionTable.entry(action)
        if let view, !entry.isValid(in: view) {
            throw KeymapError(description: "'\(action.rawValue)' does nothing in '\(view.rawValue)'")
        }
        for other in view.map({ [$0] }) ?? ViewName.allCases where entry.isValid(in: other) {
            for key in keys {
                guard let taken = self.action(for: key, in: other), taken != action else { continue }
                throw KeymapError(
                    description: "'\(key)' already means '\(taken.rawValue)' in '\(other.rawValue)'")
            }
        }
        rebound[Place(action: action, view: view)] = keys
    }

    /// Gives an action its own keys back, of which none does something else there.
    package mutating func reset(_ action: ActionID, in view: ViewName?) throws(KeymapError) {
        try rebind(action, in: view, to: ActionTable.entry(action).keys)
    }

    /// Keys that mean two things in one view: none, in a keymap built by `rebind`.
    package var conflicts: [String] {
        var conflicts: [String] = []
        for view in ViewName.allCases {
            var owners: [KeyChord: ActionID] = [:]
            for entry in ActionTable.all {
                for key in keys(for: entry.id, in: view) {
                    if let owner = owners[key] {
                        conflicts.append("\(view.rawValue): \(key) is \(owner.rawValue) and \(entry.id.rawValue)")
                    }
                    owners[key] = entry.id
                }
            }
        }
        return conflicts
    }
}
