import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// What a step does, as one person would tell another to do it: `Cut the link between broker 1 and broker 2`.
extension StepAction {
    /// `text` is the file's, which alone tells of settings which ones are changed.
    func words(_ text: String) -> String {
        switch self {
        case .fault(let line):
            return line.fault.order + (line.duration.map { " for \(Self.time($0))" } ?? "")
        case .addBroker: return "Add a broker"
        case .removeBroker(let id): return "Remove broker \(id)"
        case .client(let command): return Self.words(command, text)
        case .administration(let order): return Self.words(order, text)
        case .press(let keys): return "Press \(keys.joined(separator: " "))"
        }
    }

    private static func words(_ command: ClientCommand, _ text: String) -> String {
        let settings = settings(text)
        switch command {
        case .startProducer(let settings): return "Start the producer of \(settings.topic)"
        case .stopProducer(let topic): return "Stop the producer of \(topic)"
        case .setAcks(let topic, let acks): return "Let the producer of \(topic) send with acks=\(acks.name)"
        case .changeProducer(let changed): return "Let the producer of \(changed.topic) go on with \(settings)"
        case .crashProducer(let topic): return "Crash the producer of \(topic)"
        case .startGroup(let settings): return "Start group \(settings.group)"
        case .stopGroup(let group): return "Stop group \(group)"
        case .setAutoCommit(let group, let isOn): return "Switch auto-commit of \(group) \(isOn ? "on" : "off")"
        case .changeGroup(let changed): return "Let group \(changed.group) go on with \(settings)"
        case .crashMember(let group, let member, let point, let record):
            let who = "Crash member \(member) of \(group)"
            switch point {
            case .now: return who
            case .beforeWork: return "\(who) before its work on record \(record)"
            case .duringWork: return "\(who) amid its work on record \(record)"
            case .afterWork: return "\(who) after its work on record \(record), before the commit"
            }
        case .seek(let group, let target): return "Let group \(group) read on from \(target.words)"
        }
    }

    private static func words(_ order: Administration, _ text: String) -> String {
        switch order {
        case .createTopic(let topic):
            return "Create topic \(topic.name)"
        case .addPartitions(let topic, let count): return "Give \(topic) \(Figures.plural(Int64(count), "partition"))"
        case .setTopic(let topic, _): return "Set \(settings(text)) of topic \(topic)"
        case .setBroker(let id, _): return "Set \(settings(text)) of \(id.map { "broker \($0)" } ?? "every broker")"
        case .elect(let partition, let isUnclean):
            return "Elect a leader of \(partition)" + (isUnclean ? ", be it one that lacks records" : "")
        case .move(let partition, let brokers):
            return "Move \(partition) to \(brokers.count == 1 ? "broker" : "brokers") \(brokers.words)"
        case .deleteRecords(let partition, let offset):
            return "Delete the records of \(partition) before offset \(Figures.count(offset))"
        }
    }

    /// Those that the action names: `acks=all retries=0`.
    private static func settings(_ text: String) -> String {
        text.split(separator: " ").filter { $0.contains("=") }.joined(separator: " ")
    }

    static func time(_ duration: Duration) -> String {
        let milliseconds = duration.wholeMilliseconds
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}

extension Scenario {
    /// What each step waits for and does, for people and in the file's words: `Step 2 of 4: wait for at least 50
    /// acknowledged records of orders, then kill broker 1`.
    package var stepsAhead: [(words: String, text: String)] {
        var script = ActionScript(scenario: self)
        return steps.enumerated().map { index, step in
            let head = "Step \(index + 1) of \(steps.count)"
            let texts = step.actions.map(\.description)
            let orders = step.actions.map { action -> String in
                // Whom it hits is known when its time has come.
                guard action.template.expressions.isEmpty, let known = try? script.action(action.description) else {
                    return action.template.inWords
                }
                let words = known.words(action.description)
                return words.prefix(1).lowercased() + words.dropFirst()
            }
            let waits = step.at.map { "wait until \(StepAction.time($0)) have passed" }
            let waitsFor = step.when.map { "wait for \($0.words)" }
            let wait = [waits, waitsFor].compactMap(\.self).joined(separator: ", and ")
            let what = orders.joined(separator: ", ")
            let words = [wait, what].filter { !$0.isEmpty }.joined(separator: ", then ")
            let text = [step.when.map { "when \($0)" } ?? "", texts.joined(separator: ", ")].filter { !$0.isEmpty }
                .joined(separator: ", ")
            return (words.isEmpty ? head : "\(head): \(words)", text)
        }
    }
}

extension Fault {
    /// As what somebody is told to do.
    fileprivate var order: String {
        switch self {
        case .kill(let id): "Kill \(id.name)"
        case .powerLoss(let id): "Take the power from \(id.name)"
        case .freeze(let id): "Freeze \(id.name)"
        case .thaw(let id): "Let \(id.name), which was frozen, go on"
        case .restart(let id): "Start \(id.name) again"
        case .stop(let id): "Stop \(id.name) in good order"
        case .wipe(let id): "Kill \(id.name) and empty its disk"
        case .link(let link): link.order
        case .request(let request): request.order
        case .disk(let disk): disk.order
        case .clockSkew(let id, let skew):
            "Set the clock of \(id.name) \(StepAction.time(skew < .zero ? .zero - skew : skew)) "
                + (skew < .zero ? "back" : "ahead")
        case .heal(let fault): "End \(fault)"
        case .healAll: "End every fault"
        }
    }
}

extension BrokerID {
    fileprivate var name: String { isController ? "controller \(rawValue)" : "broker \(rawValue)" }
}

extension Party {
    fileprivate var name: String {
        switch self {
        case .node(let id): id.name
        case .nodes: "all other nodes"
        case .clients: "all clients"
        case .client(let name): "client \(name)"
        }
    }
}

extension LinkFault {
    fileprivate var order: String {
        let way = isOneWay ? "from \(from.name) to \(to.name)" : "between \(from.name) and \(to.name)"
        return switch effect {
        case .cut: "Cut the link \(way)"
        case .stall: "Hold back all that travels \(way)"
        case .delay(let delay, _): "Delay all that travels \(way) by \(StepAction.time(delay))"
        case .bandwidth(let rate): "Let no more than \(Figures.bytes(rate)) a second through \(way)"
        case .reset: "Reset the connections \(way)"
        }
    }
}

extension RequestFault {
    fileprivate var order: String {
        let which = nth.map { "\(api) request number \($0)" } ?? "every \(api) request"
        let whose = client.map { " of client \($0)" } ?? ""
        return switch outcome {
        case .failBefore(let error): "Let \(broker.name) refuse \(which)\(whose) with \(error)"
        case .failAfter(let error): "Let \(broker.name) carry out \(which)\(whose) and answer \(error)"
        case .withhold: "Let \(broker.name) carry out \(which)\(whose) and not answer"
        }
    }
}

extension DiskFault {
    fileprivate var order: String {
        let disk = "the disk of \(node.name)" + (partition.map { " below \($0)" } ?? "")
        return switch effect {
        case .slow(let delay): "Slow \(disk) by \(StepAction.time(delay)) a call"
        case .full: "Fill \(disk)"
        case .failingReads: "Let reads from \(disk) fail"
        case .failingWrites: "Let writes to \(disk) fail"
        case .flippedBytes: "Flip bytes on \(disk)"
        }
    }
}
