import KafkaProtocol

extension Model {
    /// Begins from the record that is open, else with nothing: what was written before is called back by a key.
    mutating func openProduceForm() {
        guard let here = topicHere else { return show(.warning, "Select a topic first") }
        var fields = Self.produceFields(topic: isInternal(here) ? soleTopic ?? "" : here)
        if case .record = place, !isInternal(here), let row = recordHere { fields = Self.filled(fields, from: row) }
        openRecordForm("Write a record", fields)
    }

    private mutating func openRecordForm(_ title: String, _ fields: [Form.Field]) {
        // Where the record goes is known mostly, and of one that is sent again its key too.
        let isNew = fields[2].field.text.isEmpty && fields[3].field.text.isEmpty && !fields[3].isNull
        let focus = fields[0].field.text.isEmpty ? 0 : isNew ? 2 : 3
        openRecallable(Form(purpose: .produce, title: title, fields: fields, focus: focus))
    }

    /// Whether brokers alone write to it.
    private func isInternal(_ topic: String) -> Bool {
        live.snapshot?.topics.first { $0.name == topic }?.isInternal == true
    }

    /// The only one that users can write to.
    private var soleTopic: String? {
        let topics = live.snapshot?.topics.filter { !$0.isInternal } ?? []
        return topics.count == 1 ? topics[0].name : nil
    }

    /// A null value under the selected record's key, where the record lies. On klamm's own cluster it is shown before it is
    /// written; elsewhere its topic is to be typed.
    mutating func writeTombstone() -> [Command] {
        guard let row = recordHere, let topic = browser?.topic else { return [] }
        guard let key = row.key else {
            show(.warning, "This record has no key: there is nothing that a tombstone could delete")
            return []
        }
        guard attachment == nil else {
            show(.note, "Writing a tombstone for \(Bytes.preview(key).prefix(60))")
            return [
                .produce(RecordDraft(topic: topic, partition: row.partition, key: key, value: nil))
            ]
        }
        var fields = Self.filled(Self.produceFields(topic: topic), from: row)
        fields[3] = Self.filled(fields[3], nil)
        fields[4].field = TextField()
        openRecordForm("Write a tombstone", fields)
        return []
    }

    /// Where enter goes on to instead of writing: before a value was written or passed by, the record is not whole.
    static func next(in form: Form) -> Int? {
        guard form.purpose == .produce, form.focus < 3, form.fields[3].field.text.isEmpty, !form.fields[3].isNull
        else { return nil }
        return form.focus < 2 ? 2 : 3
    }

    private static func produceFields(topic: String) -> [Form.Field] {
        [
            Form.Field(label: "Topic", field: TextField(offering: topic), hint: "where to"),
            Form.Field(label: "Partition", field: TextField(), hint: "by the key; any without one"),
            Form.Field(label: "Key", field: TextField(), hint: "none", isNull: true, mayBeNull: true),
            Form.Field(label: "Value", field: TextField(), hint: "empty", mayBeNull: true),
            Form.Field(label: "Headers", field: TextField(), hint: "name=value, name=value"),
        ]
    }

    private static func filled(_ fields: [Form.Field], from row: RecordRow) -> [Form.Field] {
        var fields = fields
        fields[1].field = TextField(offering: "\(row.partition)")
        fields[2] = filled(fields[2], row.key)
        fields[3] = filled(fields[3], row.value)
        fields[4].field = TextField(offering: HeaderText.write(row.headers))
        return fields
    }

    private static func filled(_ field: Form.Field, _ bytes: [UInt8]?) -> Form.Field {
        var field = field
        field.isNull = bytes == nil
        let text = bytes.map { Bytes.text($0) } ?? ""
        field.isHex = text == nil
        field.field = TextField(offering: text ?? (bytes ?? []).map(Bytes.hex).joined())
        return field
    }

    mutating func submitRecord(_ form: Form, _ texts: [String]) -> [Command] {
        guard !texts[0].isEmpty else { return refuse(form, "a record needs a topic") }
        var draft = RecordDraft(topic: texts[0], partition: nil, key: nil, value: nil)
        if !texts[1].isEmpty {
            guard let number = Int32(texts[1]), number >= 0 else {
                return refuse(form, "a partition is a number from 0 on, or nothing")
            }
            draft.partition = number
        }
        do throws(HeaderText.Failure) {
            draft.headers = try HeaderText.read(form.fields[4].field.text)
            draft.key = try Self.bytes(form.fields[2])
            draft.value = try Self.bytes(form.fields[3])
        } catch {
            return refuse(form, error.reason)
        }
        overlay = nil
        keep(form)
        return [.produce(draft)]
    }

    private static func bytes(_ field: Form.Field) throws(HeaderText.Failure) -> [UInt8]? {
        if field.isNull { return nil }
        guard field.isHex else { return Array(field.field.text.utf8) }
        let digits = Array(field.field.text.filter { $0 != " " })
        guard digits.count % 2 == 0 else {
            throw HeaderText.Failure(reason: "\(field.label) is written byte by byte: two hexadecimal digits each")
        }
        return try stride(from: 0, to: digits.count, by: 2).map { index throws(HeaderText.Failure) in
            guard digits[index].isHexDigit, let byte = UInt8(String(digits[index...index + 1]), radix: 16) else {
                throw HeaderText.Failure(reason: "\(field.label) is written byte by byte: two hexadecimal digits each")
            }
            return byte
        }
    }
}
