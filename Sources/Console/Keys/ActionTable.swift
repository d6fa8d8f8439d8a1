/// One thing that can be done: the single source of keymap, palette, help page and the README's list of keys.
package struct ActionEntry: Hashable, Sendable {
    package enum Group: String, Hashable, Sendable, CaseIterable {
        case faults = "Break and mend"
        case scaling = "Grow and shrink"
        case clients = "Produce and consume"
        case records = "Records"
        case stories = "Scenarios"
        case move = "Move"
        case find = "Find"
        case console = "Console"
    }

    package var id: ActionID
    package var group: Group
    package var keys: [KeyChord]
    /// Where it is valid; empty for everywhere.
    package var views: [ViewName]
    /// Two or three words for the hints in the header.
    package var label: String
    /// A sentence without its full stop, for help and palette.
    package var help: String
    /// Breaks something or cannot be taken back.
    package var isDangerous: Bool
    /// Place among the header's hints: small first, nil for none.
    package var hint: Int?
    /// Where it has another place, as what one comes there for.
    package var hints: [ViewName: Int]

    package func hint(in view: ViewName) -> Int? { hints[view] ?? hint }

    package func isValid(in view: ViewName) -> Bool { views.isEmpty || views.contains(view) }
}

package enum ActionTable {
    /// In the order in which help shows them.
    package static let all: [ActionEntry] = faults + scaling + clients + browsing + stories + moving + finding + console

    package static func entry(_ id: ActionID) -> ActionEntry {
        guard let entry = all.first(where: { $0.id == id }) else { preconditionFailure("no table entry for \(id)") }
        return entry
    }

    private static func entry(
        _ id: ActionID, _ group: ActionEntry.Group, _ keys: String, _ label: String, _ help: String,
        in views: [ViewName] = [], hint: Int? = nil, hints: [ViewName: Int] = [:], dangerous: Bool = false
    ) -> ActionEntry {
        let chords = keys.split(separator: " ").map { word in
            guard let chord = KeyChord(parsing: String(word)) else { preconditionFailure("unreadable key \(word)") }
            return chord
        }
        return ActionEntry(
            id: id, group: group, keys: chords, views: views, label: label, help: help, isDangerous: dangerous,
            hint: hint, hints: hints)
    }

    private static let moving = [
        entry(.moveDown, .move, "j down", "Down", "Next row"),
        entry(.moveUp, .move, "k up", "Up", "Previous row"),
        entry(.top, .move, "g home", "Top", "First row"),
        entry(.bottom, .move, "G end", "Bottom", "Last row"),
        entry(.pageDown, .move, "ctrl-f pgdn", "Page down", "One screen down"),
        entry(.pageUp, .move, "ctrl-b pgup", "Page up", "One screen up"),
        entry(.halfPageDown, .move, "ctrl-d", "Half down", "Half a screen down"),
        entry(.halfPageUp, .move, "ctrl-u", "Half up", "Half a screen up"),
        entry(
            .open, .move, "enter", "Open", "Open the selected row; in a story, show the file's own words or hide them",
            in: [
                .brokers, .broker, .topics, .topic, .records, .groups, .group, .events, .scenarios, .story, .ledger,
                .finding, .loss, .faults, .clients, .client, .configs, .price, .segments,
            ], hint: 1),
        entry(
            .back, .move, "esc q", "Back", "Back; at the root q twice leaves klamm, and in a story esc or q leaves it"),
        entry(.nextPane, .move, "tab", "Next pane", "Move between the table and the events below it"),
        entry(.viewBrokers, .move, "1", "Brokers", "Show the brokers and controllers"),
        entry(.viewTopics, .move, "2", "Topics", "Show the topics"),
        entry(.viewGroups, .move, "3", "Groups", "Show the consumer groups"),
        entry(.viewEvents, .move, "4", "Events", "Show what happened"),
        entry(.viewScenarios, .move, "5", "Scenarios", "Show the scenarios, or the one that is played"),
        entry(.viewLedger, .move, "6", "Ledger", "Show what was acknowledged, and what became of it"),
        entry(.viewFaults, .move, "7", "Faults", "Show what is broken, who is hit, and since when"),
        entry(.viewClients, .move, "8", "Clients", "Show klamm's own producers and consumers, to change any setting"),
        entry(.viewPrice, .move, "$", "Price", "Show what the last fault has cost", hint: 13),
        entry(
            .timeline, .move, "i", "Timeline", "Show who led and who was in sync over time",
            in: [.topics, .topic], hint: 27),
        entry(
            .configs, .move, "v", "Settings", "Show the settings of the topic, to change any of them",
            in: [.topics, .topic, .records, .group], hint: 28),
        entry(
            .segments, .move, "L", "Log files", "Show the log's files: sizes, indexes, offsets, batches",
            in: [.broker, .topic], hint: 34),
        entry(
            .producerIDs, .move, "I", "Producer ids", "Show the idempotent producers that the topic's logs know",
            in: [.topics, .topic], hint: 35),
        entry(
            .journey, .move, "J", "Journey", "Show the record's way; of a producer, that of the next record it sends",
            in: [.records, .record, .ledger, .loss, .finding, .clients, .client], hint: 3),
        entry(.earlier, .move, "left", "Earlier", "Go back in time by half of what is seen", in: [.timeline], hint: 1),
        entry(.later, .move, "right", "Later", "Go forward in time by half of what is seen", in: [.timeline], hint: 2),
        entry(.zoomIn, .move, "+ =", "Zoom in", "Show less time, more exactly", in: [.timeline], hint: 3),
        entry(.zoomOut, .move, "minus", "Zoom out", "Show more time", in: [.timeline], hint: 4),
        entry(.present, .move, "0", "Now", "Follow the present again", in: [.timeline], hint: 5),
        entry(
            .members, .move, "M", "Members", "Show the members of the group, and what is assigned to them",
            in: [.groups, .group], hint: 26, hints: [.groups: 4]),
    ]

    private static let finding = [
        entry(.filter, .find, "/", "Filter", "Show only rows that contain these words", hint: 40),
        entry(.nextMatch, .find, "n", "Next match", "Next row, round the end"),
        entry(.previousMatch, .find, "N", "Previous match", "Previous row, round the top"),
        entry(.sortRight, .find, "shift-right", "Sort right", "Sort by the column to the right"),
        entry(.sortLeft, .find, "shift-left", "Sort left", "Sort by the column to the left"),
        entry(.sortOrder, .find, "O", "Sort order", "Turn the order of sorting round"),
    ]

    private static let browsing = [
        entry(
            .records, .records, "r", "Records", "Browse the records of the topic or partition",
            in: [.broker, .topics, .topic, .group], hint: 2),
        entry(
            .search, .records, "s", "Search", "Search the topic by key, value, header, JSON path or offset",
            in: [.records], hint: 3),
        entry(
            .stopSearch, .records, "S", "Stop search", "Stop the search, or let it go on", in: [.records], hint: 17),
        entry(.fromBegin, .records, "b", "From begin", "Read from the log start offset", in: [.records], hint: 4),
        entry(.fromEnd, .records, "e", "From end", "Read the last records", in: [.records], hint: 5),
        entry(
            .fromOffset, .records, "o", "From offset", "Read from an offset, or so many before the end",
            in: [.records], hint: 6),
        entry(
            .fromTime, .records, "@", "From time", "Read from a time, or from so long ago", in: [.records], hint: 7),
        entry(
            .nextRecords, .records, "]", "Later", "Read the records after these, or the next one",
            in: [.records, .record], hint: 8),
        entry(
            .previousRecords, .records, "[", "Earlier", "Read the records before these, or the one before",
            in: [.records, .record], hint: 9),
        entry(.tail, .records, "t", "Tail", "Follow the end of the log, or stop", in: [.records], hint: 2),
        entry(
            .valueFormat, .records, "x", "Value as", "Show values as what they are, text, JSON, bytes or integers",
            in: [.records, .record], hint: 15),
        entry(
            .keyFormat, .records, "X", "Key as", "Show keys as what they are, text, JSON, bytes or integers",
            in: [.records, .record], hint: 16),
        entry(
            .jsonColumns, .records, "c", "Columns", "Show fields of JSON values as columns", in: [.records], hint: 14),
        entry(
            .toggleFold, .records, "enter z", "Fold here", "Fold or unfold what the line under the cursor is part of",
            in: [.record], hint: 1),
        entry(
            .foldHere, .records, "left", "Fold/out", "Fold what begins in this line, or go to where it begins",
            in: [.record]),
        entry(
            .unfoldHere, .records, "right", "Unfold/in", "Unfold what is folded in this line, or go into it",
            in: [.record]),
        entry(.foldAll, .records, "Z", "Fold all", "Fold all of the record's JSON, or unfold all", in: [.record]),
        entry(.fold, .records, "minus", "Fold", "Fold the record's JSON one level more", in: [.record], hint: 2),
        entry(.unfold, .records, "+ =", "Unfold", "Unfold the record's JSON by one level", in: [.record], hint: 3),
        entry(
            .tombstone, .records, "D", "Tombstone", "Write a null value for this key, which deletes it on compaction",
            in: [.records, .record], hint: 18, dangerous: true),
    ]

    private static let clients = [
        entry(
            .produce, .clients, "p", "Produce", "Write one record", in: [.topics, .topic, .records, .record],
            hint: 14),
        entry(.toggleProducer, .clients, "P", "Producer", "Start or stop the producer of the topic", hint: 22),
        entry(.cycleAcks, .clients, "A", "Acks", "Next acks of the producer: all, 1, 0", hint: 23),
        entry(
            .toggleAutoCommit, .clients, "a", "Auto-commit", "Switch auto-commit of klamm's consumers on or off",
            hint: 24, hints: [.group: 5, .members: 3]),
        entry(
            .toggleConsumers, .clients, "C", "Consumers",
            "Start or stop klamm's consumers of the group or topic", hint: 29, hints: [.group: 4, .members: 2]),
        entry(
            .resetOffsets, .clients, "s", "Reset",
            "Move the offsets of the group; shows first what it would do",
            in: [.group], hint: 3, dangerous: true),
        entry(
            .applyReset, .clients, "enter", "Move them", "Commit the new offsets for the group", in: [.reset],
            hint: 1, dangerous: true),
        entry(.createTopic, .clients, "c", "Create", "Create a topic", in: [.topics], hint: 30),
        entry(
            .deleteTopic, .clients, "D", "Delete", "Delete the topic, after its name is typed", in: [.topics],
            hint: 31, dangerous: true),
        entry(
            .deleteGroup, .clients, "D", "Delete", "Delete the group and its offsets, after its name is typed",
            in: [.groups, .group], hint: 3, hints: [.group: 6], dangerous: true),
    ]

    private static let faults = [
        entry(
            .kill, .faults, "K", "Kill leader",
            "Kill the partition's leader, as kill -9 does",
            in: [.brokers, .broker, .topics, .topic, .records, .record, .groups, .group, .timeline, .journey],
            hint: 10, hints: [.group: 21],
            dangerous: true),
        entry(
            .restart, .faults, "R", "Restart", "Restart what is down, on the same data and port",
            hint: 11, hints: [.group: 20]),
        entry(
            .stop, .faults, "S", "Stop", "Stop the broker in order: leaders move away first",
            in: [.brokers, .broker], hint: 14, dangerous: true),
        entry(.faults, .faults, "f", "Faults", "Choose a fault of any node or link", hint: 12, dangerous: true),
        entry(
            .healOne, .faults, "h", "Heal this", "End the selected fault, or restart what it took down", in: [.faults],
            hint: 2),
        entry(
            .heal, .faults, "H", "Heal all", "End every fault, and restart what is down", hint: 32, hints: [.faults: 3]),
        entry(
            .electPreferred, .faults, "E", "Preferred", "Give leadership back to the preferred replicas",
            in: [.topics, .topic], hint: 25),
    ]

    private static let scaling = [
        entry(
            .addBroker, .scaling, "+", "Add broker", "Add a broker with the next id and port", in: [.brokers], hint: 36),
        entry(
            .removeBroker, .scaling, "minus", "Remove", "Remove the broker for good, after its id is typed",
            in: [.brokers, .broker], hint: 37, dangerous: true),
        entry(
            .moveReplicas, .scaling, "m", "Move", "Move the replicas of the topic or partition to other brokers",
            in: [.topics, .topic], hint: 38),
    ]

    private static let stories = [
        entry(
            .playStory, .stories, "space", "Play/pause", "Let the story go on, or hold it before its next step",
            in: [.story], hint: 0),
        entry(
            .stepStory, .stories, "s", "Step",
            "Take the story's next step, and hold it again; in the list, play one that is held before its first",
            in: [.scenarios, .story], hint: 2, hints: [.story: 0]),
    ]

    private static let console = [
        entry(.palette, .console, ":", "Palette", "Find any action, topic, group or theme by name", hint: 41),
        entry(
            .allowWriting, .console, "W", "Write",
            "Allow what changes a cluster that klamm is attached to, or forbid it again", dangerous: true),
        entry(.help, .console, "? f1", "Help", "Show these keys", hint: 42),
        entry(
            .pause, .console, "space", "Pause", "Hold the picture; the cluster goes on",
            in: ViewName.allCases.filter { $0 != .story }, hint: 33),
        entry(.copy, .console, "y", "Copy", "Copy the selected row, or the record, to the clipboard"),
        entry(.save, .console, "ctrl-s", "Save", "Save what is shown as a text file, records as JSON lines"),
        entry(.redraw, .console, "ctrl-l", "Redraw", "Draw the screen anew"),
        entry(.quit, .console, "ctrl-c", "Quit", "Leave klamm; the embedded cluster stops"),
    ]
}
