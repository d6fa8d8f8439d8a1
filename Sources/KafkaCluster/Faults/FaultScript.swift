import KafkaProtocol

/// One line of a fault script: a fault in the words of `Fault.description`, and how long it lasts.
///
/// ```
/// kill 2 · power-loss 2 · freeze 1 for 3s · thaw 1 · restart 2 · stop 2 · wipe 2
/// cut 1-2 · cut 1>2 for 2s · cut 1-nodes · stall clients-1 · reset client:shop-3 · delay 2-3 50ms±20ms · bandwidth 1-2 10kB/s
/// fail Produce number 3 of shop at 2 with NOT_ENOUGH_REPLICAS after effect · withhold Produce at 2
/// disk 2 full · disk 2:orders-0 slow 5ms · disk 2 failing reads · disk 2:orders-0 flipped bytes · skew 3 +5s
/// heal cut 1-2 · heal all
/// ```
package struct FaultScriptLine: Hashable, Sendable {
    package var fault: Fault
    /// Nil for until it is healed.
    package var duration: Duration?

    package init(_ fault: Fault, for duration: Duration? = nil) {
        self.fault = fault
        self.duration = duration
    }

    package init(_ line: String) throws(FaultScriptError) {
        var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        if let position = words.lastIndex(of: "for") {
            guard position == words.count - 2 else {
                throw FaultScriptError("After \"for\" comes one length of time, such as 3s.")
            }
            duration = try FaultWords.length(words[position + 1])
            words.removeLast(2)
        }
        fault = try FaultWords.fault(words[...])
        if duration != nil, !fault.lasts {
            throw FaultScriptError("\"\(fault)\" has no length: leave out \"for\".")
        }
    }
}

/// What is wrong with a line, as a sentence for the one who wrote it.
package struct FaultScriptError: Error, Hashable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

/// The words of fault scripts.
package enum FaultWords {
    static let verbs = [
        "kill", "power-loss", "freeze", "thaw", "restart", "stop", "wipe", "cut", "stall", "reset", "delay",
        "bandwidth", "fail", "withhold", "disk", "skew", "heal",
    ]

    static func fault(_ words: ArraySlice<String>) throws(FaultScriptError) -> Fault {
        guard let verb = words.first else { throw FaultScriptError("The line is empty.") }
        let rest = words.dropFirst()
        switch verb {
        case "kill": return .kill(try node(rest, after: verb))
        case "power-loss": return .powerLoss(try node(rest, after: verb))
        case "freeze": return .freeze(try node(rest, after: verb))
        case "thaw": return .thaw(try node(rest, after: verb))
        case "restart": return .restart(try node(rest, after: verb))
        case "stop": return .stop(try node(rest, after: verb))
        case "wipe": return .wipe(try node(rest, after: verb))
        case "cut", "stall", "reset", "delay", "bandwidth": return .link(try link(verb, Array(rest)))
        case "fail", "withhold": return .request(try request(verb, Array(rest)))
        case "disk": return .disk(try disk(Array(rest)))
        case "skew":
            guard rest.count == 2, let first = rest.first, let last = rest.last else {
                throw FaultScriptError("\"skew\" takes a node and a time, such as skew 3 +5s.")
            }
            return .clockSkew(try node(first), try duration(last))
        case "heal":
            if rest.isEmpty || rest.elementsEqual(["all"]) { return .healAll }
            return .heal(try fault(rest))
        default:
            throw FaultScriptError("\"\(verb)\" is no fault; there are \(verbs.joined(separator: ", ")).")
        }
    }

    private static func node(_ words: ArraySlice<String>, after verb: String) throws(FaultScriptError) -> BrokerID {
        guard words.count == 1, let word = words.first else {
            throw FaultScriptError("\"\(verb)\" takes one node, such as \(verb) 2.")
        }
        return try node(word)
    }

    private static func node(_ word: String) throws(FaultScriptError) -> BrokerID {
        guard let id = Int32(word), id > 0 else {
            throw FaultScriptError("\"\(word)\" is no node; brokers are 1, 2, 3 ..., controllers 101 ....")
        }
        return BrokerID(id)
    }

    // MARK: Links

    private static func link(_ verb: String, _ words: [String]) throws(FaultScriptError) -> LinkFault {
        let takesMore = verb == "delay" || verb == "bandwidth"
        guard words.count == (takesMore ? 2 : 1) else {
            throw FaultScriptError(
                takesMore
                    ? "\"\(verb)\" takes a link and \(verb == "delay" ? "a time" : "a rate"), such as "
                        + (verb == "delay" ? "delay 1-2 50ms±20ms." : "bandwidth 1-2 10kB/s.")
                    : "\"\(verb)\" takes one link, such as \(verb) 1-2 or \(verb) 1>2.")
        }
        let (from, to, isOneWay) = try ends(words[0])
        switch verb {
        case "cut": return LinkFault(from, to, isOneWay: isOneWay, .cut)
        case "stall": return LinkFault(from, to, isOneWay: isOneWay, .stall)
        case "reset": return LinkFault(from, to, isOneWay: isOneWay, .reset)
        case "bandwidth": return LinkFault(from, to, isOneWay: isOneWay, .bandwidth(try rate(words[1])))
        default:
            let parts = words[1].split(separator: "±", omittingEmptySubsequences: false).map(String.init)
            let delay = try ofADay(duration(parts[0]), parts[0])
            let jitter = parts.count > 1 ? try ofADay(duration(parts[1]), parts[1]) : .zero
            guard parts.count <= 2, delay >= .zero, jitter >= .zero else {
                throw FaultScriptError("\"\(words[1])\" is no delay; write 50ms or 50ms±20ms.")
            }
            return LinkFault(from, to, isOneWay: isOneWay, .delay(delay, jitter: jitter))
        }
    }

    /// A client's name may hold the sign between the ends: the first place where both sides make sense counts.
    private static func ends(_ word: String) throws(FaultScriptError) -> (Party, Party, isOneWay: Bool) {
        for index in word.indices where word[index] == "-" || word[index] == ">" {
            guard let from = party(word[..<index]), let to = party(word[word.index(after: index)...]),
                from.node != nil || to.node != nil, from != to
            else { continue }
            return (from, to, word[index] == ">")
        }
        throw FaultScriptError(
            "\"\(word)\" is no link; write 1-2, 1>2 for one way, 1-nodes for all other nodes, clients-1, or client:NAME-1."
        )
    }

    private static func party(_ word: Substring) -> Party? {
        if word == "clients" { return .clients }
        if word == "nodes" { return .nodes }
        if word.hasPrefix("client:"), word.count > 7 { return .client(String(word.dropFirst(7))) }
        return Int32(word).flatMap { $0 > 0 ? .node(BrokerID($0)) : nil }
    }

    // MARK: Requests

    private static func request(_ verb: String, _ words: [String]) throws(FaultScriptError) -> RequestFault {
        var words = words[...]
        let example = verb == "fail" ? " with NOT_ENOUGH_REPLICAS before effect" : ""
        guard let name = words.popFirst() else {
            throw FaultScriptError(
                "After \"\(verb)\" comes a request's name, such as \(verb) Produce at 2\(example).")
        }
        guard let api = api(name) else {
            throw FaultScriptError(
                "\"\(name)\" is no request of Kafka's; write its name, such as Produce, Fetch or OffsetCommit.")
        }
        var nth: Int?
        if words.first == "number" {
            words.removeFirst()
            guard let number = words.popFirst().flatMap({ Int($0) }), number > 0 else {
                throw FaultScriptError("After \"number\" comes which request is meant, counted from 1.")
            }
            nth = number
        }
        var client: String?
        if words.first == "of" {
            words.removeFirst()
            client = words.popFirst()
            guard let client, client != "at" else {
                throw FaultScriptError("After \"of\" comes a client's id, such as of producer-1.")
            }
        }
        guard words.popFirst() == "at", let place = words.popFirst() else {
            throw FaultScriptError("\"\(verb) \(name)\" lacks its broker, such as \(verb) \(name) at 2\(example).")
        }
        let broker = try node(place)
        guard !broker.isController else {
            throw FaultScriptError("Clients send nothing to controller \(broker); name a broker, such as at 2.")
        }
        if verb == "withhold" {
            guard words.isEmpty else { throw FaultScriptError("Nothing follows \"withhold \(name) at \(broker)\".") }
            return RequestFault(api, at: broker, client: client, nth: nth, .withhold)
        }
        guard words.popFirst() == "with", let errorName = words.popFirst() else {
            throw FaultScriptError("\"fail \(name) at \(broker)\" lacks its error, such as\(example).")
        }
        guard let error = error(errorName) else {
            throw FaultScriptError(
                "\"\(errorName)\" is no error of Kafka's; write its name, such as NOT_ENOUGH_REPLICAS.")
        }
        guard words.count == 2, words.last == "effect", words.first == "before" || words.first == "after" else {
            throw FaultScriptError(
                "After \"with \(errorName)\" comes \"before effect\" or \"after effect\": whether the broker does what was "
                    + "asked.")
        }
        return RequestFault(
            api, at: broker, client: client, nth: nth, words.first == "before" ? .failBefore(error) : .failAfter(error))
    }

    private static func api(_ name: String) -> APIKey? {
        (0...200).lazy.map { APIKey(rawValue: $0) }.first { "\($0)".lowercased() == name.lowercased() }
    }

    private static func error(_ name: String) -> ErrorCode? {
        (-1...200).lazy.map { ErrorCode(rawValue: $0) }.first { "\($0)" == name.uppercased() && $0 != .none }
    }

    // MARK: Disks

    private static func disk(_ words: [String]) throws(FaultScriptError) -> DiskFault {
        let usage =
            "\"disk\" takes a node and what is wrong: full, slow 5ms, failing reads, failing writes or flipped bytes."
        guard words.count >= 2 else { throw FaultScriptError(usage) }
        var partition: TopicPartition?
        let place = words[0].split(separator: ":", maxSplits: 1).map(String.init)
        guard let first = place.first else { throw FaultScriptError(usage) }
        let id = try node(first)
        if place.count == 2 {
            guard let dash = place[1].lastIndex(of: "-"), dash != place[1].startIndex,
                let index = Int32(place[1][place[1].index(after: dash)...]), index >= 0
            else { throw FaultScriptError("\"\(place[1])\" is no partition; write TOPIC-NUMBER, such as orders-0.") }
            partition = TopicPartition(topic: String(place[1][..<dash]), partition: index)
        }
        let effect: DiskFault.Effect
        switch Array(words.dropFirst()) {
        case ["full"]: effect = .full
        case ["failing", "reads"]: effect = .failingReads
        case ["failing", "writes"]: effect = .failingWrites
        case ["flipped", "bytes"]: effect = .flippedBytes
        case let slow where slow.count == 2 && slow[0] == "slow": effect = .slow(try length(slow[1]))
        default: throw FaultScriptError(usage)
        }
        return DiskFault(id, partition: partition, effect)
    }

    // MARK: Figures

    /// `500us`, `50ms`, `3s`, `2m`, with a sign where the time may lie behind.
    static func duration(_ word: String) throws(FaultScriptError) -> Duration {
        let digits = word.prefix { $0.isNumber || $0 == "+" || $0 == "-" }
        guard let count = Int64(digits), (-1_000_000_000...1_000_000_000).contains(count) else {
            throw FaultScriptError("\"\(word)\" is no length of time; write 50ms, 3s or 2m.")
        }
        switch word.dropFirst(digits.count) {
        case "us": return .microseconds(count)
        case "ms": return .milliseconds(count)
        case "s": return .seconds(count)
        case "m": return .seconds(count * 60)
        default: throw FaultScriptError("\"\(word)\" is no length of time; write 50ms, 3s or 2m.")
        }
    }

    /// As `duration` reads it.
    static func text(_ duration: Duration) -> String {
        let microseconds = duration.wholeNanoseconds / 1_000
        return microseconds % 1_000 == 0 ? "\(microseconds / 1_000)ms" : "\(microseconds)us"
    }

    /// Refuses what nobody waits for.
    private static func ofADay(_ length: Duration, _ word: String) throws(FaultScriptError) -> Duration {
        guard length <= .seconds(86_400) else {
            throw FaultScriptError("\"\(word)\" is too long: a day (1440m) is the most.")
        }
        return length
    }

    /// A time that passes: it is neither zero nor negative, nor more than a day.
    package static func length(_ word: String) throws(FaultScriptError) -> Duration {
        let length = try duration(word)
        guard length > .zero else {
            throw FaultScriptError("\"\(word)\" is no length of time: it must be more than zero, such as 50ms or 3s.")
        }
        return try ofADay(length, word)
    }

    private static func rate(_ word: String) throws(FaultScriptError) -> Int64 {
        let digits = word.prefix { $0.isNumber }
        guard let count = Int64(digits), (1...1_000_000_000).contains(count) else {
            throw FaultScriptError("\"\(word)\" is no rate; write 500B/s, 10kB/s or 1MB/s.")
        }
        switch word.dropFirst(digits.count) {
        case "B/s": return count
        case "kB/s": return count * 1000
        case "MB/s": return count * 1_000_000
        default: throw FaultScriptError("\"\(word)\" is no rate; write 500B/s, 10kB/s or 1MB/s.")
        }
    }
}
