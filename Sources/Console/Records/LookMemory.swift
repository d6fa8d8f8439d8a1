/// How the user looked at the records of topics before: kept in a file over a restart.
///
/// A line for each topic of each cluster, the one that was changed last first; lines that cannot be read are passed over:
/// ```
/// {"cluster":"5L6g3nShT-eMCtK--X86sw","topic":"orders","key":"integer","value":"json","columns":["id"],"fold":2}
/// ```
package struct LookMemory: Hashable, Sendable {
    /// Topics of all clusters together; of more, those that were not changed for the longest are forgotten.
    package static let entriesMax = 500
    /// A longer file is not ours.
    package static let bytesMax = 1 << 20

    package struct Entry: Hashable, Sendable {
        var cluster: String
        var topic: String
        var look: TopicLook

        /// Schemas are the settings' business.
        init(cluster: String, topic: String, look: TopicLook) {
            self.cluster = cluster
            self.topic = topic
            self.look = look
            self.look.schemas = RecordSchemas()
        }
    }

    private(set) var entries: [Entry] = []

    /// What was changed last.
    package var newest: Entry? { entries.first }

    package init() {}

    package init(_ text: String) {
        guard text.utf8.count <= Self.bytesMax else { return }
        for line in text.split(separator: "\n").prefix(Self.entriesMax) {
            guard let json = JSONReader.read(Array(line.utf8)), let entry = Entry(json),
                look(of: entry.topic, in: entry.cluster) == nil
            else { continue }
            entries.append(entry)
        }
    }

    package var text: String { entries.map { $0.line + "\n" }.joined() }

    func look(of topic: String, in cluster: String) -> TopicLook? {
        entries.first { $0.topic == topic && $0.cluster == cluster }?.look
    }

    /// A topic that is looked at as any other is not kept.
    package mutating func note(_ entry: Entry) {
        entries.removeAll { $0.topic == entry.topic && $0.cluster == entry.cluster }
        guard entry.look != TopicLook(), entry.line.utf8.count <= Self.bytesMax / Self.entriesMax else { return }
        entries.insert(entry, at: 0)
        if entries.count > Self.entriesMax { entries.removeLast() }
    }
}

extension LookMemory.Entry {
    /// Nil where it has no topic. What is not understood, perhaps of a later klamm, is as at first.
    fileprivate init?(_ json: JSONValue) {
        guard let cluster = json["cluster"]?.text, let topic = json["topic"]?.text else { return nil }
        var look = TopicLook()
        look.key = json["key"]?.text.flatMap(ByteFormat.init) ?? look.key
        look.value = json["value"]?.text.flatMap(ByteFormat.init) ?? look.value
        if case .array(let columns)? = json["columns"] {
            look.columns = columns.prefix(TopicLook.columnsMax).compactMap { column in
                column.text.flatMap { try? JSONPath($0) }
            }
        }
        if case .number(let text)? = json["fold"], let depth = Int(text), (1...100).contains(depth) {
            look.foldedFrom = depth
        }
        self.init(cluster: cluster, topic: topic, look: look)
    }

    fileprivate var line: String {
        let columns = look.columns.map { JSONValue.quoted($0.description) }.joined(separator: ",")
        var fields = [
            "\"cluster\":\(JSONValue.quoted(cluster))", "\"topic\":\(JSONValue.quoted(topic))",
            "\"key\":\"\(look.key.rawValue)\"", "\"value\":\"\(look.value.rawValue)\"",
        ]
        if !look.columns.isEmpty { fields.append("\"columns\":[\(columns)]") }
        if let depth = look.foldedFrom { fields.append("\"fold\":\(depth)") }
        return "{\(fields.joined(separator: ","))}"
    }
}
