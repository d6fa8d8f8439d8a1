import KafkaProtocol

/// One line that `klamm serve` reads: a fault, or a word about the whole cluster.
package enum ControlLine: Hashable, Sendable {
    case help
    case faults
    /// What was acknowledged, and what of it was lost.
    case ledger
    case addBroker
    case removeBroker(BrokerID)
    case fault(FaultScriptLine)

    package init(_ line: String) throws(FaultScriptError) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let verb = words.first else { throw FaultScriptError("The line is empty.") }
        switch verb {
        case "help", "faults", "ledger", "add-broker":
            guard words.count == 1 else {
                throw FaultScriptError("Nothing follows \"\(verb)\"; leave out \"\(words[1])\".")
            }
            self = verb == "help" ? .help : verb == "faults" ? .faults : verb == "ledger" ? .ledger : .addBroker
        case "remove-broker":
            guard words.count == 2, let id = Int32(words[1]), id > 0 else {
                throw FaultScriptError("\"remove-broker\" takes one broker, such as remove-broker 4.")
            }
            self = .removeBroker(BrokerID(id))
        case _ where FaultWords.verbs.contains(verb): self = .fault(try FaultScriptLine(line))
        default:
            throw FaultScriptError(
                "\"\(verb)\" is no command; there are \(FaultWords.verbs.joined(separator: ", ")), faults, ledger, "
                    + "add-broker, remove-broker and help.")
        }
    }

    package static let helpText =
        "kill, power-loss, freeze, thaw, restart, stop, wipe NODE · cut, stall, reset A-B or A>B · "
        + "delay A-B 50ms±20ms · bandwidth A-B 10kB/s · withhold API at NODE · "
        + "fail API at NODE with ERROR before|after effect · disk NODE[:PARTITION] full|slow 5ms|failing reads|"
        + "failing writes|flipped bytes · skew NODE +5s · heal FAULT · heal all · faults · ledger · add-broker · "
        + "remove-broker N; A and B are nodes, nodes (all others), clients or client:NAME, and \"for 3s\" may follow "
        + "what lasts"
}
