/// What was filled into a form of a kind that can be called back, but for the fields that say where the user is.
package struct FilledForm: Hashable, Sendable {
    /// How many of a kind are kept.
    static let most = 20

    package var fields: [Form.Field]

    init(_ form: Form) { fields = Array(form.fields.dropFirst(form.purpose.fixedFields)) }

    /// Whether the same would be done, wherever the cursors stand.
    func says(_ other: Self) -> Bool {
        zip(fields, other.fields).allSatisfy { $0.isNull == $1.isNull && $0.field.text == $1.field.text }
    }
}

/// Which of the earlier ones was called back into a form.
package struct RecalledForm: Hashable, Sendable {
    /// 0 for none, 1 for the newest.
    package var age = 0
    /// What was in the form before.
    package var own: FilledForm?
    /// What the form began from.
    package var begun: FilledForm?
}

extension Form.Purpose {
    /// Where what was filled in is kept, the newest first; nil for what is not called back.
    var memory: WritableKeyPath<Model, [FilledForm]>? {
        switch self {
        case .produce: \.drafts
        case .search: \.searches
        default: nil
        }
    }

    /// Fields at the beginning that stay when an earlier one is called back: a record is written where the user is.
    fileprivate var fixedFields: Int { self == .produce ? 1 : 0 }

    /// What one of a kind is called.
    var kind: String { self == .search ? "search" : "record" }
}

extension Model {
    /// Opens a form to which earlier ones of its kind can be called back.
    mutating func openRecallable(_ form: Form) {
        var form = form
        form.recalled.begun = FilledForm(form)
        overlay = .form(form)
    }

    /// Keeps what a form holds, so that it can be called back.
    mutating func keep(_ form: Form) {
        if let memory = form.purpose.memory { keep(FilledForm(form), in: memory) }
    }

    private mutating func keep(_ filled: FilledForm, in memory: WritableKeyPath<Model, [FilledForm]>) {
        self[keyPath: memory] =
            [filled] + self[keyPath: memory].filter { !$0.says(filled) }.prefix(FilledForm.most - 1)
    }

    /// Leaves a form without doing what it is for. What was typed in it is not lost, where it can be called back.
    mutating func leave(_ form: Form) {
        overlay = nil
        guard let memory = form.purpose.memory else { return }
        let typed = typed(form, in: self[keyPath: memory])
        guard typed.before != nil || typed.now != nil else { return }
        for filled in [typed.before, typed.now] { if let filled { keep(filled, in: memory) } }
        show(.note, "What was typed is kept: ctrl-p in the form brings it back")
    }

    /// What was typed before an earlier one was called back, and what was typed into that one since; nil for nothing.
    private func typed(_ form: Form, in kept: [FilledForm]) -> (before: FilledForm?, now: FilledForm?) {
        let (recalled, shown) = (form.recalled, FilledForm(form))
        guard let begun = recalled.begun else { return (nil, nil) }
        func changed(_ filled: FilledForm, since former: FilledForm) -> FilledForm? {
            former.says(filled) ? nil : filled
        }
        guard recalled.age > 0 else { return (nil, changed(shown, since: begun)) }
        return (recalled.own.flatMap { changed($0, since: begun) }, changed(shown, since: kept[recalled.age - 1]))
    }

    /// The one before that in the form, and after the oldest what was in the form at first. What was typed into the one in the
    /// form becomes the newest.
    mutating func recalling(_ form: Form) -> Form {
        guard let memory = form.purpose.memory, !self[keyPath: memory].isEmpty else { return form }
        var form = form
        if form.recalled.age == 0 {
            form.recalled.own = FilledForm(form)
        } else if let typed = typed(form, in: self[keyPath: memory]).now {
            let recalled = self[keyPath: memory][form.recalled.age - 1]
            keep(typed, in: memory)
            // Past the last one where it was the oldest and had to go.
            let kept = self[keyPath: memory]
            form.recalled.age = kept.firstIndex { $0.says(recalled) }.map { $0 + 1 } ?? kept.count
        }
        let kept = self[keyPath: memory]
        form.recalled.age = (form.recalled.age + 1) % (kept.count + 1)
        let next = form.recalled.age == 0 ? form.recalled.own : kept[form.recalled.age - 1]
        if let next { form.fields = form.fields.prefix(form.purpose.fixedFields) + next.fields }
        // As where a record begins from another.
        if form.purpose == .produce, form.focus == 2, !form.fields[3].field.text.isEmpty { form.focus = 3 }
        return form
    }
}
