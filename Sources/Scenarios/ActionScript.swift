import KafkaCluster
import KafkaProtocol
import KafkaStorage

/// Reads the words of actions.
///
/// ```
/// kill 2 · cut 1-2 · heal all · any other line of a fault script · add-broker · remove-broker 4
/// start producer TOPIC · stop producer TOPIC · crash producer TOPIC · set producer TOPIC acks=all retries=0
/// start group GROUP · stop group GROUP · set group GROUP enable.auto.commit=false · seek GROUP beginning|end|OFFSET
/// crash member 1 of GROUP [before work|during work|after work] [at record 10]
/// create topic TOPIC · add partitions TOPIC 6 · set topic TOPIC min.insync.replicas=2 · set broker 1|all NAME=VALUE
/// elect TOPIC-0 [unclean] · move TOPIC-0 to 2,3,4 · delete records TOPIC-0 before OFFSET · press KEY KEY ...
/// ```
struct ActionScript {
    /// Whose producers, groups and topics the words speak of, with the settings that they have by now.
    var scenario: Scenario

    static let forms =
        "a fault such as kill 2, add-broker, remove-broker, start, stop, crash or set with producer or group, seek, create "
        + "topic, add partitions, set topic, set broker, elect, move, delete records, and press"

    /// Changes the scenario's own settings where the action does.
    mutating func action(_ text: String) throws(ScenarioError) -> StepAction {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let verb = words.first else { throw ScenarioError("An action is empty.") }
        let noun = words.dropFirst().first ?? ""
        let rest = Array(words.dropFirst(2))
        switch (verb, noun) {
        case ("start", "producer"): return .client(.startProducer(try producer(only(rest, text), text)))
        case ("stop", "producer"): return .client(.stopProducer(topic: try producer(only(rest, text), text).topic))
        case ("crash", "producer"): return .client(.crashProducer(topic: try producer(only(rest, text), text).topic))
        case ("set", "producer"): return .client(.changeProducer(try changedProducer(rest, text)))
        case ("start", "group"): return .client(.startGroup(try group(only(rest, text), text)))
        case ("stop", "group"): return .client(.stopGroup(try group(only(rest, text), text).group))
        case ("set", "group"): return .client(.changeGroup(try changedGroup(rest, text)))
        case ("crash", "member"): return .client(try crash(rest, text))
        case ("seek", _): return .client(.seek(group: try group(noun, text).group, try target(rest, text)))
        case ("create", "topic"): return .administration(.createTopic(try topic(only(rest, text), text)))
        case ("add", "partitions"):
            guard rest.count == 2, let count = Int32(rest[1]), count > 0 else {
                throw ScenarioError("\"\(text)\" takes a topic and how many partitions it shall have.")
            }
            return .administration(.addPartitions(topic: rest[0], count: count))
        case ("set", "topic"):
            guard let name = rest.first else { throw ScenarioError("\"\(text)\" lacks its topic.") }
            return .administration(.setTopic(name, try settings(rest.dropFirst(), text)))
        case ("set", "broker"):
            guard let name = rest.first, let id = name == "all" ? 0 : Int32(name), id >= 0 else {
                throw ScenarioError("\"\(text)\" lacks its broker: a number, or all.")
            }
            let settings = try settings(rest.dropFirst(), text)
            return .administration(.setBroker(id == 0 ? nil : BrokerID(id), settings))
        case ("elect", _):
            guard rest.isEmpty || rest == ["unclean"] else {
                throw ScenarioError("\"\(text)\" takes a partition, and may end with unclean.")
            }
            return .administration(.elect(try partition(noun, text), isUnclean: !rest.isEmpty))
        case ("move", _):
            let ids = rest.last?.split(separator: ",").map { Int32($0) } ?? []
            guard rest.count == 2, rest[0] == "to", !ids.isEmpty, ids.allSatisfy({ $0 ?? 0 > 0 }) else {
                throw ScenarioError("\"\(text)\" is written move orders-0 to 2,3,4.")
            }
            return .administration(.move(try partition(noun, text), to: ids.compactMap { $0.map { BrokerID($0) } }))
        case ("delete", "records"):
            guard rest.count == 3, rest[1] == "before", let offset = Int64(rest[2]) else {
                throw ScenarioError("\"\(text)\" is written delete records orders-0 before 100.")
            }
            return .administration(.deleteRecords(try partition(rest[0], text), before: offset))
        case ("press", _):
            guard !noun.isEmpty else { throw ScenarioError("\"\(text)\" lacks its keys, such as press 2 j K.") }
            return .press([noun] + rest)
        case ("stop", _), ("crash", _), ("start", _), ("set", _), ("create", _), ("add", _), ("delete", _):
            if verb == "stop", Int32(noun) != nil { return try fault(text) }
            throw ScenarioError("\"\(text)\" is no action; there are \(Self.forms).")
        default: return try fault(text)
        }
    }

    private func fault(_ text: String) throws(ScenarioError) -> StepAction {
        let line: ControlLine
        do throws(FaultScriptError) { line = try ControlLine(text) } catch {
            throw ScenarioError("\"\(text)\" is no action: \(error) Actions are \(Self.forms).")
        }
        switch line {
        case .fault(let line): return .fault(line)
        case .addBroker: return .addBroker
        case .removeBroker(let id): return .removeBroker(id)
        case .help, .faults, .ledger: throw ScenarioError("\"\(text)\" does nothing; leave it out.")
        }
    }

    // MARK: Names

    private func only(_ words: [String], _ text: String) throws(ScenarioError) -> String {
        guard let word = words.first, words.count == 1 else { throw ScenarioError("\"\(text)\" takes one name.") }
        return word
    }

    private func producer(_ topic: String, _ text: String) throws(ScenarioError) -> ProducerSettings {
        guard let producer = scenario.producers.first(where: { $0.settings.topic == topic }) else {
            throw ScenarioError("\"\(text)\": there is no producer of \"\(topic)\" in this scenario.")
        }
        return producer.settings
    }

    private func group(_ name: String, _ text: String) throws(ScenarioError) -> ConsumerSettings {
        guard let group = scenario.groups.first(where: { $0.settings.group == name }) else {
            throw ScenarioError("\"\(text)\": there is no group \"\(name)\" in this scenario.")
        }
        return group.settings
    }

    private func topic(_ name: String, _ text: String) throws(ScenarioError) -> Scenario.Topic {
        guard let topic = scenario.topics.first(where: { $0.name == name }) else {
            throw ScenarioError("\"\(text)\": there is no topic \"\(name)\" in this scenario.")
        }
        return topic
    }

    private func partition(_ word: String, _ text: String) throws(ScenarioError) -> TopicPartition {
        guard let partition = TopicPartition(directoryName: word) else {
            throw ScenarioError("\"\(text)\": \"\(word)\" is no partition; write TOPIC-NUMBER, such as orders-0.")
        }
        return partition
    }

    // MARK: Settings

    private func settings(_ words: some Collection<String>, _ text: String) throws(ScenarioError) -> [Setting] {
        var settings: [Setting] = []
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ScenarioError("\"\(text)\": \"\(word)\" is not NAME=VALUE.") }
            settings.append(Setting(parts[0], parts[1]))
        }
        guard !settings.isEmpty else { throw ScenarioError("\"\(text)\" lacks its settings, NAME=VALUE.") }
        return settings
    }

    private mutating func changedProducer(_ words: [String], _ text: String) throws(ScenarioError) -> ProducerSettings {
        guard let name = words.first else { throw ScenarioError("\"\(text)\" lacks its topic.") }
        let changed = try changed(producer(name, text), words.dropFirst(), text)
        for index in scenario.producers.indices where scenario.producers[index].settings.topic == name {
            scenario.producers[index].settings = changed
        }
        return changed
    }

    private mutating func changedGroup(_ words: [String], _ text: String) throws(ScenarioError) -> ConsumerSettings {
        guard let name = words.first else { throw ScenarioError("\"\(text)\" lacks its group.") }
        let changed = try changed(group(name, text), words.dropFirst(), text)
        for index in scenario.groups.indices where scenario.groups[index].settings.group == name {
            scenario.groups[index].settings = changed
        }
        return changed
    }

    private func changed<Settings: NamedSettings>(
        _ settings: Settings, _ words: some Collection<String>, _ text: String
    ) throws(ScenarioError) -> Settings {
        var changed = settings
        for setting in try self.settings(words, text) {
            do throws(SettingError) { try changed.set(setting.name, to: setting.value) } catch {
                throw ScenarioError("\"\(text)\": \(error)")
            }
        }
        return changed
    }

    // MARK: Members

    private func crash(_ words: [String], _ text: String) throws(ScenarioError) -> ClientCommand {
        var rest = words[...]
        guard let member = rest.popFirst().flatMap({ Int($0) }), member > 0, rest.popFirst() == "of",
            let name = rest.popFirst()
        else { throw ScenarioError("\"\(text)\" is written crash member 1 of billing during work at record 10.") }
        var point = CrashPoint.now
        if rest.count >= 2, rest[rest.startIndex + 1] == "work" {
            switch rest.first {
            case "before": point = .beforeWork
            case "during": point = .duringWork
            case "after": point = .afterWork
            default: throw ScenarioError("\"\(text)\": a member crashes before, during or after work.")
            }
            rest = rest.dropFirst(2)
        }
        var record = 1
        if !rest.isEmpty {
            guard rest.count == 3, rest.prefix(2).elementsEqual(["at", "record"]), let number = Int(rest.last ?? ""),
                number > 0, point != .now
            else { throw ScenarioError("\"\(text)\": after the point of the crash comes at record and a number.") }
            record = number
        }
        return .crashMember(group: try group(name, text).group, member: member, point, atRecord: record)
    }

    private func target(_ words: [String], _ text: String) throws(ScenarioError) -> SeekTarget {
        switch words {
        case ["beginning"]: return .beginning
        case ["end"]: return .end
        default:
            guard words.count == 1, let offset = Int64(words[0]), offset >= 0 else {
                throw ScenarioError("\"\(text)\" takes beginning, end or an offset.")
            }
            return .offset(offset)
        }
    }
}
