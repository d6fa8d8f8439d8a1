/// The journal as server-sent events, for one listener.
///
/// ```
/// id: 17
/// event: election
/// data: {"id":17,"kind":"election", ...}
/// ```
/// Who reads so slowly that events are gone before it comes to them is told how many: `event: missed`.
struct EventStream {
    private static let most = 100

    var journal: EventJournal
    var after: UInt64
    /// Returns when it has been written.
    var send: @Sendable (String) async throws -> Void

    /// Ends with the cluster, or by throwing what sending throws.
    func run() async throws {
        var last = after
        // Asked for before the first look, so that nothing comes between.
        let changes = journal.changes()
        last = try await catchUp(from: last)
        for await _ in changes { last = try await catchUp(from: last) }
        _ = try await catchUp(from: last)
    }

    private func catchUp(from id: UInt64) async throws -> UInt64 {
        var last = id
        while true {
            let (missed, entries) = journal.entries(after: last, atMost: Self.most)
            guard let newest = entries.last else { return last }
            try await send(Self.text(missed: missed, entries))
            last = newest.id
        }
    }

    static func text(missed: UInt64, _ entries: [EventJournal.Entry]) -> String {
        var text = ""
        if missed > 0 { text += "event: missed\ndata: {\"missed\":\(missed)}\n\n" }
        for entry in entries {
            let value = EventJSON.value(of: entry.event, id: entry.id)
            text += "id: \(entry.id)\nevent: \(EventJSON.kind(of: entry.event))\ndata: \(value.text)\n\n"
        }
        return text
    }
}
