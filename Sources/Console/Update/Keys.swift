import KafkaProtocol

extension Model {
    /// Sends a key to whatever has the keyboard: an overlay, or the keymap of the view.
    mutating func pressed(_ chord: KeyChord) -> [Command] {
        let action = keymap.action(for: chord, in: place.view)
        // Leaving and drawing anew work everywhere, also in the middle of a form or on a screen that is too small.
        if let action, [.quit, .redraw].contains(action), chord.modifiers == .control { return perform(action) }
        guard size.columns >= Size.smallest.columns, size.rows >= Size.smallest.rows else {
            return chord == KeyChord("q") ? [.quit] : []
        }
        let isAgain = toast?.offersLeaving == true
        // Any other key means to stay.
        if isAgain { toast = nil }
        switch overlay {
        case nil:
            if action == .back { return back(quittingBy: chord.key == .escape ? nil : chord, isAgain: isAgain) }
            return action.map { perform($0) } ?? []
        case .filter(let field): return pressed(chord, filter: field)
        case .palette(let palette): return pressed(chord, palette: palette)
        case .help(let top): return pressed(chord, help: top, action)
        case .menu(let menu): return pressed(chord, menu: menu, action)
        case .form(let form): return pressed(chord, form: form)
        case .question(let question): return pressed(chord, question: question, action)
        case .setting(let edit): return pressed(chord, setting: edit)
        }
    }

    private mutating func pressed(_ chord: KeyChord, filter field: TextField) -> [Command] {
        var field = field
        switch chord.key {
        case .enter: overlay = nil
        case .escape:
            overlay = nil
            setFilter("")
        case .up, .down, .pageUp, .pageDown:
            if let action = keymap.action(for: chord, in: place.view) { return perform(action) }
        default:
            if field.edit(chord) {
                overlay = .filter(field)
                setFilter(field.text)
            }
        }
        return []
    }

    private mutating func pressed(_ chord: KeyChord, help top: Int, _ action: ActionID?) -> [Command] {
        let page = max(1, size.rows - 4)
        let most = max(0, HelpView.lines(self).count - page)
        switch action {
        case .moveDown: overlay = .help(top: min(most, top + 1))
        case .moveUp: overlay = .help(top: max(0, top - 1))
        case .pageDown, .halfPageDown: overlay = .help(top: min(most, top + page / 2))
        case .pageUp, .halfPageUp: overlay = .help(top: max(0, top - page / 2))
        case .top: overlay = .help(top: 0)
        case .bottom: overlay = .help(top: most)
        case .back, .help: overlay = nil
        default: break
        }
        return []
    }

    /// The key that asked means yes when it is pressed again.
    private mutating func pressed(_ chord: KeyChord, question: Question, _ action: ActionID?) -> [Command] {
        switch chord.key {
        case .escape, .character("n"): overlay = nil
        case .enter, .character("y"): return question.commands
        // Who goes back with it again and again comes here without having read.
        default: if action == .back { overlay = nil }
        }
        return []
    }

    private mutating func pressed(_ chord: KeyChord, form: Form) -> [Command] {
        var form = form
        form.error = nil
        switch (chord.key, chord.modifiers) {
        case (.escape, _):
            leave(form)
            return []
        case (.enter, _):
            guard let next = Self.next(in: form) else { return submit(form) }
            form.focus = next
        case (.tab, .shift), (.up, []): form.focus = (form.focus + form.fields.count - 1) % form.fields.count
        case (.tab, []), (.down, []): form.focus = (form.focus + 1) % form.fields.count
        case (.character("p"), .control) where form.purpose.memory != nil: form = recalling(form)
        case (.character("n"), .control) where form.fields[form.focus].mayBeNull:
            form.fields[form.focus].isNull.toggle()
        default:
            let before = form.fields[form.focus].field
            if form.fields[form.focus].field.edit(chord) {
                let now = form.fields[form.focus].field
                form.fields[form.focus].isNull = false
                // Whoever begins anew writes text.
                if now.text.isEmpty || before.isSelected && now.text != before.text {
                    form.fields[form.focus].isHex = false
                }
            }
        }
        overlay = .form(form)
        return []
    }

    mutating func pasted(_ text: String) {
        redraw = .now
        switch overlay {
        case .filter(var field):
            field.insert(text)
            overlay = .filter(field)
            setFilter(field.text)
        case .palette(var palette):
            palette.field.insert(text)
            palette.selected = 0
            overlay = .palette(palette)
        case .form(var form):
            if form.fields[form.focus].field.isSelected { form.fields[form.focus].isHex = false }
            form.fields[form.focus].field.insert(text)
            form.fields[form.focus].isNull = false
            overlay = .form(form)
        case .setting(var edit):
            edit.field.insert(text)
            edit.error = nil
            overlay = .setting(edit)
        case .help, .menu, .question, nil: show(.note, "Nothing here takes text: what was pasted is dropped")
        }
    }

    mutating func setFilter(_ text: String) {
        editList { $0.filter = text }
    }
}
