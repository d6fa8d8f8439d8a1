import KafkaCluster
import KafkaProtocol

extension Model {
    static let topicForm = Form(
        purpose: .createTopic, title: "Create a topic",
        fields: [
            Form.Field(label: "Name", field: TextField(), hint: "letters, digits, dot, underscore, dash"),
            Form.Field(label: "Partitions", field: TextField(), hint: "the broker's num.partitions"),
            Form.Field(label: "Replicas", field: TextField(), hint: "the broker's default.replication.factor"),
        ])

    static func seekForm(_ purpose: Form.Purpose) -> Form {
        let isOffset = purpose == .seekOffset
        return Form(
            purpose: purpose, title: isOffset ? "Read from an offset" : "Read from a time",
            fields: [
                isOffset
                    ? Form.Field(
                        label: "Offset", field: TextField(), hint: "in each partition; -100 before the end; begin; end")
                    : Form.Field(
                        label: "Time", field: TextField(), hint: "-10m, 14:02, or 2026-11-21T14:02:33+01:00")
            ])
    }

    mutating func openDeleteForm() {
        guard let topic = topicHere else { return }
        overlay = .form(
            Form(
                purpose: .deleteTopic(topic), title: "Delete \(topic) and all its records",
                about: about(.deleteTopic(topic)),
                fields: [Form.Field(label: "Its name", field: TextField(), hint: "type \(topic) to delete it")]))
    }

    /// Does what the form asks for, or says in it what is wrong.
    mutating func submit(_ form: Form) -> [Command] {
        let texts = form.fields.map { String($0.field.text.trimmed) }
        switch form.purpose {
        case .produce: return submitRecord(form, texts)
        case .createTopic: return submitTopic(form, texts)
        case .deleteTopic(let topic):
            guard texts[0] == topic else { return refuse(form, "that is not its name: \(topic)") }
            if let reason = controllerMissing { return refuse(form, reason) }
            overlay = nil
            show(.warning, "Deleting \(topic)")
            return [.deleteTopic(topic)]
        case .deleteGroup(let group): return submitGroupDeletion(form, group, texts[0])
        case .confirm(let confirmation): return submitConfirmation(form, confirmation, texts[0])
        case .removeBroker(let broker): return submitRemoval(form, broker, texts[0])
        case .moveReplicas(let partitions): return submitMove(form, partitions, texts[0])
        case .resetOffsets(let group): return submitReset(form, group, texts)
        case .seekOffset: return submitOffset(form, texts[0])
        case .seekTime:
            let now = self.now?.wallClockMilliseconds ?? 0
            guard let time = WallClock.parse(texts[0], now: now, offsetSeconds: utcOffsetSeconds) else {
                return refuse(form, "not a time: write 14:02, 2026-11-21 14:02:33, or -10m for ten minutes ago")
            }
            overlay = nil
            return seek(.time(time), "from \(WallClock.dateAndTime(time, offsetSeconds: utcOffsetSeconds))")
        case .search: return submitSearch(form, texts)
        case .jsonColumns: return submitColumns(form, texts[0])
        }
    }

    private mutating func submitOffset(_ form: Form, _ text: String) -> [Command] {
        let digits = text.filter { $0 != "," }
        let start: RecordQuery.Start
        let words: String
        switch Int64(digits.hasPrefix("end-") ? digits.dropFirst(3) : digits[...]) {
        case let number? where number >= 0:
            (start, words) = (.offset(number), "from offset \(Figures.count(number))")
        case let number? where number > .min:
            (start, words) = (.beforeEnd(-number), "from \(Figures.count(-number)) before the end")
        default:
            guard ["begin", "end"].contains(digits) else {
                return refuse(form, "an offset is a number from 0 on, or -100 for so many before the end")
            }
            (start, words) = digits == "begin" ? (.begin, "from begin") : (.end, "the last records")
        }
        overlay = nil
        return seek(start, words)
    }

    private mutating func submitTopic(_ form: Form, _ texts: [String]) -> [Command] {
        guard Self.isTopicName(texts[0]) else {
            return refuse(form, "a name has 1 to 249 letters, digits, dots, underscores or dashes")
        }
        var draft = TopicDraft(name: texts[0], partitions: nil, replicationFactor: nil)
        if !texts[1].isEmpty {
            guard let count = Int32(texts[1]), count > 0 else { return refuse(form, "at least one partition") }
            draft.partitions = count
        }
        if !texts[2].isEmpty {
            guard let factor = Int16(texts[2]), factor > 0 else { return refuse(form, "at least one replica") }
            draft.replicationFactor = factor
        }
        if let reason = controllerMissing { return refuse(form, reason) }
        overlay = nil
        return [.createTopic(draft)]
    }

    /// Why nothing can be decided now, and what to do; nil while a controller is active.
    var controllerMissing: String? {
        guard let cluster = live.snapshot,
            let outage = ControllerOutage(of: cluster.controllers, faults: cluster.faults),
            // An election is over soon, and the request waits for it.
            !outage.hasMajority
        else { return nil }
        let reason = "No controller is active: \(outage.reason)"
        return attachment == nil ? "\(reason). Esc, then \(keyName(.heal)) heals" : reason
    }

    /// Kafka's rule for the names of topics.
    private static func isTopicName(_ name: String) -> Bool {
        guard (1...249).contains(name.utf8.count), name != ".", name != ".." else { return false }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    mutating func refuse(_ form: Form, _ reason: String) -> [Command] {
        var form = form
        form.error = reason
        overlay = .form(form)
        return []
    }
}

extension StringProtocol {
    /// Without blanks at either end.
    var trimmed: SubSequence {
        var rest = self[...]
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return rest
    }
}
