extension Model {
    private static let wheelRows = 3

    /// A click selects, a second one opens; the wheel moves on. What lies under the pointer is what `view` draws there.
    mutating func moused(_ mouse: MouseEvent) -> [Command] {
        guard size.columns >= Size.smallest.columns, size.rows >= Size.smallest.rows else { return [] }
        switch mouse.kind {
        case .wheelUp: return wheel(by: -1)
        case .wheelDown: return wheel(by: 1)
        case .click: return clicked(view(self, size).target(at: mouse.position))
        }
    }

    private mutating func wheel(by step: Int) -> [Command] {
        let key: Key = step < 0 ? .up : .down
        switch overlay {
        case .form, .setting, .question: return []
        case .menu, .palette: return pressed(KeyChord(key))
        case .help:
            for _ in 0..<Self.wheelRows { _ = pressed(KeyChord(key)) }
        case .filter, nil: scroll(by: step * Self.wheelRows)
        }
        return []
    }

    private mutating func clicked(_ target: ClickTarget?) -> [Command] {
        switch (overlay, target) {
        case (.help, nil), (.menu, nil), (.palette, nil), (.question, nil): overlay = nil
        case (.menu(var menu), .item(let index)?):
            menu.selected = index
            overlay = .menu(menu)
            return pressed(KeyChord(.enter))
        case (.menu(let menu), .faultsOf(let node)?): overlay = .menu(turned(menu, to: node, menu.peer))
        case (.menu(let menu), .linkTo(let peer)?): overlay = .menu(turned(menu, to: menu.node, peer))
        case (.palette(var palette), .item(let index)?):
            palette.selected = index
            overlay = .palette(palette)
            return pressed(KeyChord(.enter))
        case (.form(var form), .field(let index)?):
            form.focus = index
            overlay = .form(form)
        case (.help, _), (.menu, _), (.palette, _), (.form, _), (.setting, _), (.question, _): break
        case (.filter, let target?):
            overlay = nil
            return clicked(onScreen: target)
        case (.filter, nil), (nil, nil): break
        case (nil, let target?): return clicked(onScreen: target)
        }
        return []
    }

    private mutating func clicked(onScreen target: ClickTarget) -> [Command] {
        switch target {
        case .action(let action): return action == .back ? back() : perform(action)
        case .row(let index, let pane): return clicked(row: index, in: pane)
        case .column(let title):
            let isSame = screen.list.sort?.column == title
            screen.list.sort = ListState.Sort(
                column: title, isDescending: isSame ? screen.list.sort?.isDescending == false : false)
            settle()
        case .crumb(let depth):
            while screens.count > depth + 1 {
                if case .records = place { browser = nil }
                screens.removeLast()
            }
            settle()
        case .item, .faultsOf, .linkTo, .field, .nothing: break
        }
        return []
    }

    private mutating func clicked(row index: Int, in pane: Screen.Pane) -> [Command] {
        if case .record = place {
            guard index == textCursor else {
                moveCursor(to: index)
                return []
            }
            toggleFold()
            return []
        }
        let wasHere = screen.focus == pane
        screen.focus = pane
        if wasHere, isSelected(index) { return open() }
        select(row: index)
        return []
    }
}
