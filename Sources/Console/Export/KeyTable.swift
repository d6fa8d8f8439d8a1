/// The README's list of keys, from the same table as keymap, palette and help.
package enum KeyTable {
    /// One line per action, in the groups of the help page.
    package static var markdown: String {
        let rows = ActionEntry.Group.allCases.flatMap { group in
            ActionTable.all.filter { $0.group == group && !$0.keys.isEmpty }.map { entry in
                let keys = entry.keys.map { "`\($0.description)`" }.joined(separator: " ")
                let views = entry.views.map(\.rawValue).joined(separator: ", ")
                return "| \(keys) | \(entry.help) | \(views) |"
            }
        }
        return (["| keys | what | where |", "|---|---|---|"] + rows).joined(separator: "\n")
    }
}
