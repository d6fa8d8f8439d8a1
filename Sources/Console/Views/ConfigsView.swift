import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// A topic's settings, to be changed in their rows; those that somebody set stand first.
enum ConfigsView {
    typealias Entry = TopicConfigPicture.Entry

    static func isWide(_ model: Model) -> Bool { model.size.columns >= 100 }

    static func listing(_ model: Model, topic: String) -> Listing {
        let entries = model.configs(of: topic)
        var columns: [Column<Entry>] = [
            Column(title: "Setting", minimum: 24, maximum: 44, shrinks: true, sort: { .text($0.name) }) {
                StyledText($0.name, .accent)
            },
            Column(title: "Value", minimum: 12, maximum: 30, shrinks: true) { entry in
                let none = entry.source == .unknown ? Figures.unknown : Figures.none
                return StyledText(entry.value ?? none, .text, entry.source == .topic ? .bold : [])
            },
            Column(title: "From", minimum: 11, maximum: 14, sort: { .text($0.source.rawValue) }) {
                StyledText($0.source.rawValue, $0.source == .topic ? .title : .muted)
            },
        ]
        if isWide(model) {
            columns.append(
                Column(title: "What it is", minimum: 20, maximum: 400, shrinks: true) {
                    StyledText($0.documentation ?? "", .muted)
                })
        }
        return Table(
            items: entries ?? [], columns: columns, id: { .name($0.name) },
            words: { "\($0.name) \($0.value ?? "") \($0.documentation ?? "")" },
            empty: model.asked?.reason ?? (entries == nil ? "Asking…" : "The brokers tell of no setting."),
            gapMost: TableLayout.gapLeast
        ).listing(model.screen.list)
    }

    /// What the selected setting is for, where there is no column for it.
    static func foot(_ model: Model, topic: String) -> StyledText {
        guard !isWide(model), case .name(let name)? = model.listing?.selectedID(model.screen.list) else {
            return StyledText()
        }
        return StyledText(model.configs(of: topic)?.first { $0.name == name }?.documentation ?? "", .text)
    }
}

extension Model {
    /// Nil before the brokers have answered.
    func configs(of topic: String) -> [TopicConfigPicture.Entry]? {
        guard case .configs(let picture)? = asked?.answer, picture.topic == topic else { return nil }
        return picture.entries.filter { $0.source == .topic } + picture.entries.filter { $0.source != .topic }
    }

    mutating func openConfigs() {
        guard let topic = topicHere else { return show(.warning, "Select a topic first") }
        go(to: .configs(topic: topic))
    }

    mutating func editConfig(_ name: String, of topic: String) {
        guard let entry = configs(of: topic)?.first(where: { $0.name == name }) else { return }
        guard !entry.isReadOnly else { return show(.warning, "\(name) cannot be changed while brokers run") }
        overlay = .setting(
            SettingEdit(
                subject: .topic(topic), name: name, field: TextField(offering: entry.value ?? ""),
                takes: "what Kafka takes for it, or nothing for the default", choices: []))
    }

    /// The brokers say what is wrong with a value: the field stays until they have taken it.
    mutating func submitConfig(_ edit: SettingEdit, _ topic: String) -> [Command] {
        let value = String(edit.field.text.trimmed)
        let entry = configs(of: topic)?.first { $0.name == edit.name }
        guard value != (entry?.value ?? "") || value.isEmpty && entry?.source == .topic else {
            overlay = nil
            return []
        }
        var edit = edit
        if let problem = foreseenProblem(edit.name, value) {
            edit.error = problem
            overlay = .setting(edit)
            return []
        }
        edit.isAwaited = true
        overlay = .setting(edit)
        return [.setConfig(topic: topic, name: edit.name, value: value.isEmpty ? nil : value)]
    }

    /// What is wrong with a value whatever the brokers are like: no number, out of range, not one of the words.
    private func foreseenProblem(_ name: String, _ value: String) -> String? {
        guard !value.isEmpty, let definition = ConfigurationTable.topics[name] else { return nil }
        // Apache Kafka compresses anew where klamm does not.
        if attachment != nil, name == "compression.type" { return nil }
        do throws(ConfigError) {
            _ = try definition.validate(value)
            return nil
        } catch {
            let head = "Invalid value \(value) for configuration \(name): "
            return error.message.hasPrefix(head) ? String(error.message.dropFirst(head.count)) : error.message
        }
    }

    /// What brokers made of it.
    mutating func received(configOf topic: String, name: String, value: String?, problem: String?) {
        if let problem {
            if case .setting(var edit)? = overlay, edit.subject == .topic(topic), edit.name == name {
                edit.error = problem
                edit.isAwaited = false
                overlay = .setting(edit)
            } else {
                show(.error, problem)
            }
            return
        }
        if case .setting(let edit)? = overlay, edit.subject == .topic(topic), edit.name == name { overlay = nil }
        show(.ok, "\(name) of \(topic) is \(value ?? "back at its default") now")
        // A cluster that klamm did not start does not tell: of what others set nobody hears.
        if attachment != nil { tell(configOf: topic, name, is: value) }
        keepOwnChange(of: topic, name, to: value)
        // What the default is only they can tell.
        asked?.answeredAt = now.map { $0 + Duration.seconds(-60) }
    }
}
