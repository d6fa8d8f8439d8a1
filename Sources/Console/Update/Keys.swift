import KafkaProtocol

extension Model {
    /// Sends a key to whatever has the keyboard: an overlay, or the keymap of the view.
    mutating func pressed(_ chord: KeyChord) -> [Command] {
        let action = keymap.action(for: chord, in: place.view)
        return action.map { perform($0) } ?? []
    }

    mutating func perform(_ action: ActionID) -> [Command] {
        switch action {
        case .quit: [.quit]
        case .redraw: [.redraw]
        default: []
        }
    }

    mutating func received(_ page: RecordPage) -> [Command] { [] }
    func tailOn(at now: Instant) -> [Command] { [] }
}
