import KafkaCluster
import KafkaProtocol

extension Model {
    /// Begins with the node that the screen is about, else with the first that runs.
    mutating func openFaultMenu() {
        var menu = FaultMenu()
        if case .success(let (node, why)) = target, isUp(node) { (menu.subject, menu.why) = (node, why) }
        menu = turned(menu, to: menu.subject ?? nodes.first(where: isUp), .nodes)
        guard !menu.items.isEmpty else { return show(.note, "There is nothing to break yet") }
        overlay = .menu(menu)
    }

    /// The faults of another node, or of the links to another one. What is selected stays so, as far as it is offered.
    func turned(_ menu: FaultMenu, to node: BrokerID?, _ peer: Party) -> FaultMenu {
        let selected = menu.items.indices.contains(menu.selected) ? menu.items[menu.selected] : nil
        var menu = menu
        menu.nodes = nodes.filter(isUp)
        menu.node = node
        menu.peers = node.map(peers) ?? []
        menu.peer = menu.peers.contains(peer) ? peer : .nodes
        // What ends comes and goes: below, so that each fault keeps its place under a finger that knows it.
        menu.items = node.map { faults(of: $0, $0 == menu.subject ? menu.why : "", linkedTo: menu.peer) } ?? []
        menu.items += mendingFaults
        // What ends something is not to become a fault under the finger, nor the other way round.
        if let selected, selected.mends, let place = menu.items.firstIndex(where: { $0.fault == selected.fault }) {
            menu.selected = place
        } else {
            menu.selected = max(0, min(menu.selected, menu.faults - 1))
        }
        return menu
    }

    mutating func pressed(_ chord: KeyChord, menu: FaultMenu, _ action: ActionID?) -> [Command] {
        var menu = menu
        let last = menu.items.count - 1
        switch (chord.key, chord.modifiers) {
        case (.enter, _):
            overlay = nil
            return menu.items.indices.contains(menu.selected) ? cause(menu.items[menu.selected]) : []
        case (.right, []), (.character("l"), []): menu = turned(menu, by: 1)
        case (.left, []), (.character("h"), []): menu = turned(menu, by: -1)
        case (.tab, []): menu = turnedPeer(menu, by: 1)
        case (.tab, .shift): menu = turnedPeer(menu, by: -1)
        default:
            switch action {
            case .moveDown: menu.selected = min(last, menu.selected + 1)
            case .moveUp: menu.selected = max(0, menu.selected - 1)
            case .pageDown, .halfPageDown: menu.selected = min(last, menu.selected + FaultMenu.page)
            case .pageUp, .halfPageUp: menu.selected = max(0, menu.selected - FaultMenu.page)
            case .top: menu.selected = 0
            case .bottom: menu.selected = last
            case .back, .faults:
                overlay = nil
                return []
            default: break
            }
        }
        overlay = .menu(menu)
        return []
    }

    mutating func cause(_ item: FaultMenu.Item) -> [Command] {
        show(.fault, item.toast, of: item.fault)
        return [.inject(item.fault)]
    }

    private func turned(_ menu: FaultMenu, by step: Int) -> FaultMenu {
        guard let node = menu.node, let next = menu.nodes.next(after: node, by: step) else { return menu }
        return turned(menu, to: next, menu.peer)
    }

    private func turnedPeer(_ menu: FaultMenu, by step: Int) -> FaultMenu {
        guard let next = menu.peers.next(after: menu.peer, by: step) else { return menu }
        return turned(menu, to: menu.node, next)
    }
}

extension FaultMenu {
    /// Rows that a page key goes on by.
    fileprivate static let page = 5
}

extension Array where Element: Equatable {
    /// Round the end, or the beginning; nil where there is none.
    fileprivate func next(after element: Element, by step: Int) -> Element? {
        guard !isEmpty else { return nil }
        let place = firstIndex(of: element).map { $0 + step } ?? 0
        return self[(place + count) % count]
    }
}
