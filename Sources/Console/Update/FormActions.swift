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
                    ? Form.Field(label: "Offset", field: TextField(), hint: "in each partition shown")
                    : Form.Field(
                        label: "Time", field: TextField(), hint: "14:02, or 2026-11-21 14:02:33, or milliseconds")
            ])
    }

    mutating func openDeleteForm() {
        guard let topic = topicHere else { return }
        overlay = .form(
            Form(
                purpose: .deleteTopic(topic), title: "Delete \(topic) and all its records",
                fields: [Form.Field(label: "Its name", field: TextField(), hint: "type \(topic) to delete it")]))
    }

    /// Begins from the record that is open, else from what was last written to this topic.
    mutating func openProduceForm() {
        guard let topic = topicHere else { return show(.warning, "Select a topic first") }
        var fields = Self.produceFields(topic: topic)
        if case .record(let partition, let offset) = place, let row = RecordView.row(self, partition, offset: offset) {
            fields[2] = Self.filled(fields[2], row.key)
            fields[3] = Self.filled(fields[3], row.value)
            let headers = row.headers.map { "\($0.name)=\($0.value.flatMap { Bytes.text($0) } ?? "")" }
            fields[4].field = TextField(headers.joined(separator: ", "))
        } else if let lastDraft, lastDraft.fields[0].field.text == topic {
            fields = lastDraft.fields
        }
        overlay = .form(Form(purpose: .produce, title: "Write a record", fields: fields, focus: 3))
    }

    private static func produceFields(topic: String) -> [Form.Field] {
        [
            Form.Field(label: "Topic", field: TextField(topic), hint: "where to"),
            Form.Field(label: "Partition", field: TextField(), hint: "by the key"),
            Form.Field(label: "Key", field: TextField(), hint: "none", isNull: true, mayBeNull: true),
            Form.Field(label: "Value", field: TextField(), hint: "empty", mayBeNull: true),
            Form.Field(label: "Headers", field: TextField(), hint: "name=value, name=value"),
        ]
    }

    private static func filled(_ field: Form.Field, _ bytes: [UInt8]?) -> Form.Field {
        var field = field
        field.isNull = bytes == nil
        field.field = TextField(bytes.flatMap { Bytes.text($0) } ?? "")
        return field
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
        case .confirm(let confirmation): return submitConfirmation(form, confirmation, texts[0])
        case .removeBroker(let broker): return submitRemoval(form, broker, texts[0])
        case .moveReplicas(let partitions): return submitMove(form, partitions, texts[0])
        case .resetOffsets(let group): return submitReset(form, group, texts)
        case .seekOffset:
            let digits = texts[0].filter { $0 != "," }
            guard let offset = Int64(digits), offset >= 0 else {
                return refuse(form, "an offset is a number from 0 on")
            }
            overlay = nil
            return seek(.offset(offset), "from offset \(Figures.count(offset))")
        case .seekTime:
            let now = self.now?.wallClockMilliseconds ?? 0
            guard let time = WallClock.parse(texts[0], now: now, offsetSeconds: utcOffsetSeconds) else {
                return refuse(form, "not a time: write 14:02 or 2026-11-21 14:02:33")
            }
            overlay = nil
            return seek(.time(time), "from \(WallClock.dateAndTime(time, offsetSeconds: utcOffsetSeconds))")
        }
    }

    private mutating func submitRecord(_ form: Form, _ texts: [String]) -> [Command] {
        guard !texts[0].isEmpty else { return refuse(form, "a record needs a topic") }
        var partition: Int32?
        if !texts[1].isEmpty {
            guard let number = Int32(texts[1]), number >= 0 else {
                return refuse(form, "a partition is a number from 0 on, or nothing")
            }
            partition = number
        }
        var headers: [RecordRow.Header] = []
        for part in texts[4].split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].trimmed
            guard halves.count == 2, !name.isEmpty else {
                return refuse(form, "a header is name=value; separate several by commas")
            }
            headers.append(RecordRow.Header(name: String(name), value: Array(halves[1].trimmed.utf8)))
        }
        func bytes(_ field: Form.Field) -> [UInt8]? { field.isNull ? nil : Array(field.field.text.utf8) }
        overlay = nil
        lastDraft = ProduceForm(fields: form.fields)
        return [
            .produce(
                RecordDraft(
                    topic: texts[0], partition: partition, key: bytes(form.fields[2]), value: bytes(form.fields[3]),
                    headers: headers))
        ]
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
