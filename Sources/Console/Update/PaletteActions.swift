import KafkaCluster
import KafkaProtocol

extension Model {
    /// Everything with a name that can be done or gone to here, best match first.
    func paletteItems(_ typed: String) -> [Palette.Item] {
        let letters = Array(typed.lowercased().unicodeScalars)
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
        // What was chosen lately comes first, where it can still be done.
        let recent = chosen.compactMap { target in items.first { $0.target == target } }
        items = recent + items.filter { !chosen.contains($0.target) }
        guard !letters.isEmpty else { return items }
        items += itemsElsewhere
        let scored = items.enumerated().compactMap { index, item -> (score: Int, index: Int, item: Palette.Item)? in
            var item = item
            let own = Self.score(letters, in: Array(item.name.lowercased().unicodeScalars)).map { score in
                // Mostly one wants to go somewhere.
                let isPlace = if case .place = item.target { true } else { false }
                return score * 2 - (isPlace ? 1 : 0)
            }
            var best = own
            if case .action(let action) = item.target, let other = Self.score(letters, amongWordsFor: action),
                other.score * 2 < own ?? .max
            {
                best = other.score * 2
                // Where its own name begins so too, it needs no other.
                if own ?? .max > Self.nearMost { item.alias = other.word }
            }
            guard let best else { return nil }
            guard item.isElsewhere else { return (best, index, item) }
            // What is not to be done here is found by its name alone, and after what is.
            return best <= Self.nearMost ? (best + Self.nearMost, index, item) : nil
        }
        return scored.sorted { ($0.score, $0.index) < ($1.score, $1.index) }.map(\.item)
    }

    /// A name or one of its words that begins with what was typed.
    private static let nearMost = 12

    /// What can be done on other screens, and on which.
    private var itemsElsewhere: [Palette.Item] {
        ActionTable.all.filter { !$0.isValid(in: place.view) && refusal(of: $0.id) == nil }.map { entry in
            let views = entry.views.map(\.rawValue).joined(separator: ", ")
            return Palette.Item(
                name: entry.id.rawValue, help: "In \(views): \(help(of: entry))", target: .action(entry.id),
                isRefused: true, isElsewhere: true)
        }
    }

    /// How far the letters are from another name of the action, and from which; other names are not searched through for
    /// strewn letters, since everything would have them.
    private static func score(_ letters: [Unicode.Scalar], amongWordsFor action: ActionID) -> (
        score: Int, word: String
    )? {
        ActionWords.names(of: action).compactMap { name -> (score: Int, word: String)? in
            let word = Array(name.word.unicodeScalars)
            if word == letters { return (name.rank, name.word) }
            return letters.count > 1 && word.starts(with: letters) ? (4 + name.rank, name.word) : nil
        }.min { $0.score < $1.score }
    }

    /// How far the letters are from the name: small is near, nil if they do not occur in this order. A name that
    /// begins with them comes before one with a word that does, that before one that merely contains them, and that
    /// before one where they are strewn.
    static func score(_ letters: [Unicode.Scalar], in name: [Unicode.Scalar]) -> Int? {
        if name == letters { return 0 }
        if name.starts(with: letters) { return 1 }
        let starts = name.indices.dropFirst().filter { name[$0...].starts(with: letters) }
        if !starts.isEmpty {
            let isWord = starts.contains { " -_.".unicodeScalars.contains(name[$0 - 1]) }
            return (isWord ? 2 : 12) + name.count / 8
        }
        var place = 0
        var gaps = 0
        var first: Int?
        for letter in letters {
            guard let found = name[place...].firstIndex(of: letter) else { return nil }
            if first == nil { first = found } else { gaps += found - place }
            place = found + 1
        }
        return 24 + gaps * 8 + (first ?? 0) + name.count / 8
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

    /// To the screen from which one comes to where this can be done, and says by which key.
    private mutating func goWhere(_ action: ActionID) {
        let entry = ActionTable.entry(action)
        let roots: [Place] = [.brokers, .topics, .groups, .faults, .clients, .ledger]
        if let root = roots.first(where: { entry.isValid(in: $0.view) }) { goToRoot(root) }
        guard entry.isValid(in: place.view) else {
            let views = entry.views.map(\.rawValue).joined(separator: ", ")
            return show(.note, "\(entry.label) is for another screen: \(views)")
        }
        let key = keymap.keys(for: action, in: place.view).first?.description ?? ":\(action.rawValue)"
        show(.note, "Here \(key) does it: \(help(of: entry))")
    }
}
