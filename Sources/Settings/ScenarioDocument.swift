import Console
import KafkaBroker
import KafkaCluster
import KafkaProtocol
import Scenarios
import TOMLKit

/// A scenario's file, read: TOML with `[cluster]`, `[[topics]]`, `[[producers]]`, `[[groups]]`, `[[steps]]` and `[ending]`.
///
/// What a table does not know itself is a setting under Kafka's name: `min.insync.replicas = 2` under `[[topics]]`,
/// `enable.idempotence = true` under `[[producers]]`, `replica.lag.time.max.ms = 30000` under `[cluster]`.
struct ScenarioDocument {
    private let document: SettingsDocument
    private var scenario: Scenario

    static func read(name: String, file: String, text: String) throws(SettingsError) -> Scenario {
        let document = try SettingsDocument(file: file, text: text)
        var reading = Self(document: document, scenario: Scenario(name: name, title: name))
        try reading.readHead()
        try reading.readCluster()
        try reading.readTopics()
        try reading.readProducers()
        try reading.readGroups()
        try reading.readSteps()
        try reading.readEnding()
        do throws(Scenario.StepError) { try reading.scenario.checkActions() } catch {
            throw document.error(at: ["steps", "\(error.step)", "do"], "\(error.error)")
        }
        guard !reading.scenario.expectations.isEmpty else {
            throw document.error(
                at: ["ending"], "it expects nothing: write under [ending] expect = [\"lost = 0\"], say")
        }
        return reading.scenario
    }

    private mutating func readHead() throws(SettingsError) {
        let known = ["title", "shows", "cluster", "topics", "producers", "groups", "steps", "ending"]
        try document.check(document.table, at: [], knows: known)
        scenario.title = try string(document.table, "title", []) ?? scenario.name
        scenario.shows = (try string(document.table, "shows", []) ?? "").split(separator: "\n")
            .joined(separator: " ")
    }

    private mutating func readCluster() throws(SettingsError) {
        guard let table = try document.table("cluster") else { return }
        var known = StaticConfiguration()
        for (name, value, path) in try leaves(table, ["cluster"]) {
            switch name {
            case "brokers": scenario.cluster.brokers = try number(value, path, in: 1...9)
            case "controllers": scenario.cluster.controllers = try number(value, path, in: 1...5)
            default:
                do throws(ConfigError) { try known.set(name, value) } catch {
                    throw document.error(at: path, "\(error)")
                }
                scenario.cluster.settings.append(Setting(name, value))
            }
        }
    }

    private mutating func readTopics() throws(SettingsError) {
        for (table, path) in try document.tables("topics") {
            guard let name = try string(table, "name", path) else {
                throw document.error(at: path, "a topic lacks its name")
            }
            var topic = Scenario.Topic(name: name)
            if let replicas = table["replicas"] {
                topic.replicas = try self.replicas(replicas, path + ["replicas"])
                topic.partitions = Int32(topic.replicas.count)
            }
            for (name, value, path) in try leaves(table, path) where name != "name" && name != "replicas" {
                switch name {
                case "partitions": topic.partitions = Int32(try number(value, path, in: 1...1000))
                case "replication.factor": topic.replicationFactor = Int16(try number(value, path, in: 1...9))
                default:
                    do throws(ConfigError) {
                        _ = try ConfigurationTable.topics.validate(name: name, value: value)
                    } catch {
                        throw document.error(at: path, "\(error)")
                    }
                    topic.settings.append(Setting(name, value))
                }
            }
            let brokers = scenario.cluster.brokers
            let most = topic.replicas.joined().map { Int($0.rawValue) }.max() ?? Int(topic.replicationFactor)
            guard most <= brokers else {
                throw document.error(at: path, "topic '\(topic.name)' needs broker \(most), and there are \(brokers)")
            }
            guard !scenario.topics.contains(where: { $0.name == topic.name }) else {
                throw document.error(at: path, "topic '\(topic.name)' is there already")
            }
            scenario.topics.append(topic)
        }
    }

    private mutating func readProducers() throws(SettingsError) {
        for (table, path) in try document.tables("producers") {
            guard let topic = try string(table, "topic", path) else {
                throw document.error(at: path, "a producer lacks its topic")
            }
            try check(topic: topic, path + ["topic"])
            var producer = Scenario.Producer(ProducerSettings(topic: topic, recordsPerSecond: 100))
            for (name, value, path) in try leaves(table, path) where name != "topic" {
                if name == "start" {
                    producer.isStarted = try boolean(value, path)
                } else {
                    do throws(SettingError) { try producer.settings.set(name, to: value) } catch {
                        throw document.error(at: path, "\(error)")
                    }
                }
            }
            guard !scenario.producers.contains(where: { $0.settings.topic == topic }) else {
                throw document.error(at: path, "topic '\(topic)' has a producer already, and klamm runs one for each")
            }
            scenario.producers.append(producer)
        }
    }

    private mutating func readGroups() throws(SettingsError) {
        for (table, path) in try document.tables("groups") {
            guard let topics = try strings(table, "topics", path), !topics.isEmpty else {
                throw document.error(at: path, "a group lacks its topics")
            }
            for topic in topics { try check(topic: topic, path + ["topics"]) }
            let name = try string(table, "name", path)
            var group = Scenario.Group(ConsumerSettings(group: name, topics: topics))
            for (name, value, path) in try leaves(table, path) where name != "name" && name != "topics" {
                if name == "start" {
                    group.isStarted = try boolean(value, path)
                } else {
                    do throws(SettingError) { try group.settings.set(name, to: value) } catch {
                        throw document.error(at: path, "\(error)")
                    }
                }
            }
            guard !scenario.groups.contains(where: { $0.settings.group == group.settings.group }) else {
                throw document.error(at: path, "group '\(group.settings.group)' is there already")
            }
            scenario.groups.append(group)
        }
    }

    private mutating func readSteps() throws(SettingsError) {
        for (table, path) in try document.tables("steps") {
            try document.check(table, at: path, knows: ["at", "when", "within", "do", "says", "measure"])
            var step = Step()
            step.at = try duration(table, "at", path)
            step.limit = try duration(table, "within", path) ?? step.limit
            if let text = try string(table, "when", path) {
                step.when = try condition(text, path + ["when"])
            }
            step.measured = try strings(table, "measure", path) ?? []
            for topic in step.measured where !scenario.producers.contains(where: { $0.settings.topic == topic }) {
                throw document.error(at: path + ["measure"], "there is no producer of '\(topic)' under [[producers]]")
            }
            if let text = try string(table, "says", path) {
                step.says = try reading(path + ["says"]) { () throws(ScenarioError) in
                    let template = try Template(text.split(separator: "\n").joined(separator: " "))
                    try scenario.check(template)
                    return template
                }
            }
            for text in try strings(table, "do", path) ?? [] {
                let words = text.split(separator: " ")
                if words.first == "press",
                    let bad = words.dropFirst().first(where: { KeyChord(parsing: String($0)) == nil })
                {
                    throw document.error(
                        at: path + ["do"], "\"\(text)\": \"\(bad)\" is no key, such as K, ctrl-f or enter")
                }
                step.actions.append(try reading(path + ["do"]) { () throws(ScenarioError) in try ActionText(text) })
            }
            scenario.steps.append(step)
        }
    }

    private mutating func readEnding() throws(SettingsError) {
        guard let table = try document.table("ending") else { return }
        let path = ["ending"]
        try document.check(table, at: path, knows: ["heal", "drain", "within", "expect"])
        if let heals = table["heal"] { scenario.ending.heals = try boolean(plain(heals) ?? "", path + ["heal"]) }
        if let drains = table["drain"] { scenario.ending.drains = try boolean(plain(drains) ?? "", path + ["drain"]) }
        scenario.ending.limit = try duration(table, "within", path) ?? scenario.ending.limit
        for text in try strings(table, "expect", path) ?? [] {
            let condition = try condition(text, path + ["expect"])
            guard !condition.countsFromStep else {
                throw document.error(
                    at: path + ["expect"], "\"\(text)\": new counts from a step, and there is none at the end")
            }
            scenario.expectations.append(condition)
        }
    }

    // MARK: Values

    /// What is written as a list.
    private static let lists = ["replicas", "topics"]

    private func condition(_ text: String, _ path: [String]) throws(SettingsError) -> Condition {
        try reading(path) { () throws(ScenarioError) in
            let condition = try Condition(text)
            try scenario.check(condition)
            return condition
        }
    }

    private func reading<Value>(
        _ path: [String], _ read: () throws(ScenarioError) -> Value
    ) throws(SettingsError) -> Value {
        do throws(ScenarioError) { return try read() } catch { throw document.error(at: path, "\(error)") }
    }

    private func check(topic: String, _ path: [String]) throws(SettingsError) {
        guard scenario.topics.contains(where: { $0.name == topic }) else {
            throw document.error(at: path, "there is no topic '\(topic)' under [[topics]]")
        }
    }

    /// Every value below a table with its dotted name, in the order of the names; lists are left out.
    private func leaves(
        _ table: TOMLTable, _ path: [String], prefix: String = ""
    ) throws(SettingsError) -> [(name: String, value: String, path: [String])] {
        var leaves: [(String, String, [String])] = []
        for key in table.keys.sorted() {
            guard let value = table[key] else { continue }
            let path = path + [key]
            if let inner = value.table {
                leaves += try self.leaves(inner, path, prefix: prefix + key + ".")
            } else if let text = plain(value) {
                leaves.append((prefix + key, text, path))
            } else if value.array == nil || !Self.lists.contains(prefix + key) {
                throw document.error(at: path, "'\(prefix + key)' must be a text, a number, true or false")
            }
        }
        return leaves
    }

    private func plain(_ value: any TOMLValueConvertible) -> String? {
        if let text = value.string { return text }
        if let number = value.int { return "\(number)" }
        if let truth = value.bool { return "\(truth)" }
        if let number = value.double { return "\(number)" }
        return nil
    }

    private func string(_ table: TOMLTable, _ key: String, _ path: [String]) throws(SettingsError) -> String? {
        guard let value = table[key] else { return nil }
        guard let text = value.string else { throw document.error(at: path + [key], "'\(key)' must be a text") }
        return text
    }

    /// One text, or a list of them.
    private func strings(_ table: TOMLTable, _ key: String, _ path: [String]) throws(SettingsError) -> [String]? {
        guard let value = table[key] else { return nil }
        if let text = value.string { return [text] }
        let texts = value.array?.map(\.string)
        guard let texts, !texts.contains(nil) else {
            throw document.error(at: path + [key], "'\(key)' must be a text or a list of texts")
        }
        return texts.compactMap { $0 }
    }

    private func replicas(_ value: any TOMLValueConvertible, _ path: [String]) throws(SettingsError) -> [[BrokerID]] {
        var result: [[BrokerID]] = []
        for partition in value.array ?? TOMLArray() {
            let ids = partition.array?.map { $0.int ?? 0 } ?? []
            guard !ids.isEmpty, ids.allSatisfy({ (1...9).contains($0) }) else { break }
            result.append(ids.map { BrokerID(Int32($0)) })
        }
        guard !result.isEmpty, result.count == value.array?.count else {
            throw document.error(
                at: path, "'replicas' lists the brokers of each partition, such as [[1, 2, 3], [2, 3, 1]]")
        }
        return result
    }

    private func duration(_ table: TOMLTable, _ key: String, _ path: [String]) throws(SettingsError) -> Duration? {
        guard let text = try string(table, key, path) else { return nil }
        do throws(FaultScriptError) { return try FaultWords.length(text) } catch {
            throw document.error(at: path + [key], "\(error)")
        }
    }

    private func number(_ text: String, _ path: [String], in range: ClosedRange<Int>) throws(SettingsError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw document.error(
                at: path, "'\(path.last ?? "")' takes a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func boolean(_ text: String, _ path: [String]) throws(SettingsError) -> Bool {
        guard let value = Bool(text) else { throw document.error(at: path, "'\(path.last ?? "")' takes true or false") }
        return value
    }
}
