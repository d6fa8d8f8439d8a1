import KafkaCluster

/// A setting's new value being typed in its row.
package struct SettingEdit: Hashable, Sendable {
    /// Whose setting it is.
    package enum Subject: Hashable, Sendable {
        case client(ClientName)
        case topic(String)
    }

    package var subject: Subject
    package var name: String
    package var field: TextField
    /// Completes the sentence "it takes ...".
    package var takes: String
    package var choices: [String]
    /// What is wrong with what was typed.
    package var error: String?
    /// Brokers have been asked to take it.
    package var isAwaited = false
}

extension SettingEdit {
    /// The sentence stands beside the setting: it need not name it.
    func withoutName(_ sentence: String) -> String {
        let head = "\"\(name)\" "
        return sentence.hasPrefix(head) ? String(sentence.dropFirst(head.count)) : sentence
    }
}

extension Model {
    /// The settings as they are, not as a held picture shows them.
    private func settings(of client: ClientName) -> ClientSettings? { live.snapshot?.workload?.settings(of: client) }

    mutating func editSetting(_ name: String, of client: ClientName) {
        guard let settings = settings(of: client), let facts = settings.facts(name), let value = settings.value(name)
        else { return }
        overlay = .setting(
            SettingEdit(
                subject: .client(client), name: name, field: TextField(offering: value), takes: facts.takes,
                choices: facts.choices))
    }

    mutating func pressed(_ chord: KeyChord, setting edit: SettingEdit) -> [Command] {
        var edit = edit
        // What brokers will say of it must find it as it was sent.
        if edit.isAwaited, chord.key != .escape { return [] }
        edit.error = nil
        switch (chord.key, chord.modifiers) {
        case (.escape, _):
            overlay = nil
            return []
        case (.enter, _): return submit(edit)
        case (.tab, []), (.tab, .shift):
            guard !edit.choices.isEmpty else { break }
            let step = chord.modifiers == .shift ? edit.choices.count - 1 : 1
            let now = edit.choices.firstIndex(of: edit.field.text) ?? edit.choices.count - step
            edit.field = TextField(offering: edit.choices[(now + step) % edit.choices.count])
        default: _ = edit.field.edit(chord)
        }
        overlay = .setting(edit)
        return []
    }

    /// Makes the value the client's, or says at the field what is wrong with it.
    private mutating func submit(_ edit: SettingEdit) -> [Command] {
        var edit = edit
        let client: ClientName
        switch edit.subject {
        case .topic(let topic): return submitConfig(edit, topic)
        case .client(let name): client = name
        }
        guard var settings = settings(of: client) else {
            edit.error = "There is no \(client.title) any more"
            overlay = .setting(edit)
            return []
        }
        let value = String(edit.field.text.trimmed)
        let before = settings
        do throws(SettingError) {
            try settings.set(edit.name, to: value)
        } catch {
            edit.error = error.description
            overlay = .setting(edit)
            return []
        }
        overlay = nil
        guard settings != before else { return [] }
        show(.ok, "\(edit.name) of \(client.title) is \(value) now")
        return [.client(settings.command)]
    }
}
