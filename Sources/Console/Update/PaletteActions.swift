import KafkaCluster
import KafkaProtocol

extension Model {
    /// Everything with a name that can be done or gone to here, best match first.
    func paletteItems(_ typed: String) -> [Palette.Item] {
        var items = namedItems
        // What was chosen lately comes first, where it can still be done.
        let recent = chosen.compactMap { target in items.first { $0.target == target } }
        items = recent + items.filter { !chosen.contains($0.target) }
        let query = PaletteQuery(typed)
        guard !query.isEmpty else { return items }
        items += acksItems + faultItems + itemsElsewhere
        let found = items.enumerated().compactMap { index, item -> (score: Int, index: Int, item: Palette.Item)? in
            guard let match = query.match(names(of: item)) else { return nil }
            var item = item
            item.alias = match.aliases.isEmpty ? nil : match.aliases.joined(separator: " ")
            switch item.target {
            // Mostly one wants to go somewhere; and a value that was typed is the one that is wished for.
            case .place, .acks: return (match.score - 1, index, item)
            // Of a kind there are as many as nodes: what is done by one key comes first.
            case .fault:
                // Its sentence says what it is.
                item.alias = nil
                return (match.score + 3, index, item)
            case .action, .theme, .scenario: break
            }
            guard item.isElsewhere else { return (match.score, index, item) }
            // What is not to be done here is found by its names alone, and after what is.
            return match.isNear ? (match.score + PaletteQuery.nearMost, index, item) : nil
        }
        return found.sorted { ($0.score, $0.index) < ($1.score, $1.index) }.map(\.item)
    }

    private func names(of item: Palette.Item) -> PaletteQuery.Names {
        var names = PaletteQuery.Names(name: item.name)
        switch item.target {
        case .action(let action):
            let entry = ActionTable.entry(action)
            names.label = label(of: entry)
            names.others = ActionWords.names(of: action)
            names.help = help(of: entry)
        case .fault(let fault):
            names.others = fault.otherNames.map { ($0, 0) }
            names.help = item.help
        case .acks, .scenario: names.help = item.help
        case .place, .theme: break
        }
        return names
    }

    /// What is offered before anything is typed.
    private var namedItems: [Palette.Item] {
        var items: [Palette.Item] = []
        for entry in ActionTable.all where offers(entry) && entry.id != .palette {
            let refusal = refusal(of: entry.id)
            items.append(
                Palette.Item(
                    name: entry.id.rawValue, help: refusal ?? help(of: entry), target: .action(entry.id),
                    isRefused: refusal != nil))
        }
        for broker in snapshot?.brokers ?? [] {
            items.append(
                Palette.Item(
                    name: "broker \(broker.id)", help: broker.words, target: .place(.broker(broker.id))))
        }
        for topic in snapshot?.topics ?? [] {
            items.append(
                Palette.Item(
                    name: "topic \(topic.name)", help: Figures.plural(Int64(topic.partitions.count), "partition"),
                    target: .place(.topic(topic.name))))
        }
        for group in snapshot?.groups ?? [] {
            items.append(
                Palette.Item(name: "group \(group.id)", help: group.state, target: .place(.group(group.id))))
        }
        // They are played on a cluster of klamm's own.
        for head in scenarios where refusal(of: .playStory) == nil {
            items.append(
                Palette.Item(name: "scenario \(head.name)", help: head.title, target: .scenario(head.name)))
        }
        for name in themes {
            items.append(
                Palette.Item(
                    name: "theme \(name)", help: name == theme ? "The theme in use" : "Use this theme",
                    target: .theme(name)))
        }
        return items
    }

    /// All that the menu of faults offers for whatever node and link.
    private var faultItems: [Palette.Item] {
        refusal(of: .faults) == nil
            ? allFaults.map { Palette.Item(name: "\($0.fault)", help: $0.label, target: .fault($0.fault)) } : []
    }

    /// The acks of the producer that the key for them changes, by their value.
    private var acksItems: [Palette.Item] {
        guard refusal(of: .cycleAcks) == nil, let producer = producerHere else { return [] }
        return Acks.allCases.map { acks in
            Palette.Item(
                name: "acks=\(acks.name)", help: "For the producer of \(producer.settings.topic): \(acks.meaning)",
                target: .acks(topic: producer.settings.topic, acks))
        }
    }

    /// What can be done on other screens, and on which.
    private var itemsElsewhere: [Palette.Item] {
        ActionTable.all.filter { !$0.isValid(in: place.view) && refusal(of: $0.id) == nil }.map { entry in
            let views = entry.views.map(\.rawValue).joined(separator: ", ")
            return Palette.Item(
                name: entry.id.rawValue, help: "In \(views): \(help(of: entry))", target: .action(entry.id),
                isRefused: true, isElsewhere: true)
        }
    }

    func paletteKey(_ item: Palette.Item) -> String {
        guard case .action(let action) = item.target, !item.isElsewhere else { return "" }
        return keymap.keys(for: action, in: place.view).first?.description ?? ""
    }

    mutating func pressed(_ chord: KeyChord, palette: Palette) -> [Command] {
        var palette = palette
        let items = paletteItems(palette.field.text)
        switch (chord.key, chord.modifiers) {
        case (.escape, _):
            overlay = nil
            return []
        case (.backspace, []) where palette.field.text.isEmpty:
            overlay = nil
            return []
        case (.enter, _):
            overlay = nil
            // As in vi: people type it without looking.
            if ["q", "q!", "quit", "exit"].contains(palette.field.text) { return [.quit] }
            guard items.indices.contains(palette.selected) else { return [] }
            return choose(items[palette.selected].target)
        case (.down, []), (.tab, []), (.character("n"), .control):
            palette.selected = min(items.count - 1, palette.selected + 1)
        case (.up, []), (.tab, .shift), (.character("p"), .control): palette.selected -= 1
        default:
            if palette.field.edit(chord) { palette.selected = 0 }
        }
        palette.selected = max(0, palette.selected)
        overlay = .palette(palette)
        return []
    }

    private mutating func choose(_ target: Palette.Target) -> [Command] {
        chosen.removeAll { $0 == target }
        chosen = Array(([target] + chosen).prefix(Palette.historyMax))
        switch target {
        case .action(let action):
            guard ActionTable.entry(action).isValid(in: place.view) else {
                goWhere(action)
                return []
            }
            return perform(action)
        case .theme(let name): return [.setTheme(name)]
        case .scenario(let name): return play(scenario: name)
        case .acks(let topic, let acks): return setAcks(acks, of: topic)
        case .fault(let fault): return allFaults.first { $0.fault == fault }.map { cause($0) } ?? []
        case .place(let place):
            switch place {
            case .broker: goToRoot(.brokers)
            case .topic: goToRoot(.topics)
            case .group: goToRoot(.groups)
            default: break
            }
            go(to: place)
            return []
        }
    }

    /// To the screen where this can be done, or the one from which one comes there, and says by which key.
    private mutating func goWhere(_ action: ActionID) {
        let entry = ActionTable.entry(action)
        let roots: [Place] = [.brokers, .topics, .groups, .faults, .clients, .ledger]
        if let root = roots.first(where: { entry.isValid(in: $0.view) }) {
            goToRoot(root)
            return show(.note, "Here \(keyOrName(action, in: place.view)) does it: \(help(of: entry))")
        }
        guard let way = entry.views.lazy.compactMap({ Self.way(to: $0) }).first, let view = entry.views.first else {
            let views = entry.views.map(\.rawValue).joined(separator: ", ")
            return show(.note, "\(entry.label) is for another screen: \(views)")
        }
        goToRoot(way.root)
        show(.note, "Open \(way.what): there \(keyOrName(action, in: view)) does it: \(help(of: entry))")
    }

    /// What to press, or to write in the palette where no key is bound.
    private func keyOrName(_ action: ActionID, in view: ViewName) -> String {
        keymap.keys(for: action, in: view).first?.description ?? ":\(action.rawValue)"
    }

    /// Where one begins, and what to open there.
    private static func way(to view: ViewName) -> (root: Place, what: String)? {
        switch view {
        case .broker: (.brokers, "a broker")
        case .topic: (.topics, "a topic")
        case .records: (.topics, "the records of a topic")
        case .record: (.topics, "a record")
        case .timeline: (.topics, "the timeline of a topic")
        case .group: (.groups, "a group")
        case .client: (.clients, "a client")
        case .brokers, .topics, .groups, .events, .scenarios, .story, .ledger, .loss, .finding, .faults, .clients,
            .members, .reset, .configs, .price, .segments, .producers, .journey:
            nil
        }
    }
}
