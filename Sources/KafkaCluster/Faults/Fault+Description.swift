import KafkaProtocol

extension Fault: CustomStringConvertible {
    /// The fault in the words in which scripts give it: `kill 2`, `cut 1-2`, `cut 1>2`, `disk 2 full`, `skew 3 +5000ms`.
    package var description: String {
        switch self {
        case .kill(let id): "kill \(id)"
        case .powerLoss(let id): "power-loss \(id)"
        case .freeze(let id): "freeze \(id)"
        case .thaw(let id): "thaw \(id)"
        case .restart(let id): "restart \(id)"
        case .stop(let id): "stop \(id)"
        case .wipe(let id): "wipe \(id)"
        case .link(let fault): fault.description
        case .request(let fault): fault.description
        case .disk(let fault): fault.description
        case .clockSkew(let id, let skew):
            "skew \(id) \(skew < .zero ? "" : "+")\(FaultWords.text(skew))"
        case .heal(let fault): "heal \(fault)"
        case .healAll: "heal all"
        }
    }
}

extension Party: CustomStringConvertible {
    package var description: String {
        switch self {
        case .node(let id): "\(id)"
        case .nodes: "nodes"
        case .clients: "clients"
        case .client(let name): "client:\(name)"
        }
    }
}

extension LinkFault: CustomStringConvertible {
    package var description: String {
        let link = "\(from)\(isOneWay ? ">" : "-")\(to)"
        switch effect {
        case .cut: return "cut \(link)"
        case .stall: return "stall \(link)"
        case .reset: return "reset \(link)"
        case .delay(let delay, let jitter):
            return "delay \(link) \(FaultWords.text(delay))"
                + (jitter == .zero ? "" : "±\(FaultWords.text(jitter))")
        case .bandwidth(let rate): return "bandwidth \(link) \(rate)B/s"
        }
    }
}

extension RequestFault: CustomStringConvertible {
    package var description: String {
        let which = nth.map { "\(api) number \($0)" } ?? "\(api)"
        let whose = client.map { " of \($0)" } ?? ""
        switch outcome {
        case .failBefore(let error): return "fail \(which)\(whose) at \(broker) with \(error) before effect"
        case .failAfter(let error): return "fail \(which)\(whose) at \(broker) with \(error) after effect"
        case .withhold: return "withhold \(which)\(whose) at \(broker)"
        }
    }
}

extension DiskFault: CustomStringConvertible {
    package var description: String {
        let disk = "disk \(node)\(partition.map { ":\($0)" } ?? "")"
        switch effect {
        case .slow(let delay): return "\(disk) slow \(FaultWords.text(delay))"
        case .full: return "\(disk) full"
        case .failingReads: return "\(disk) failing reads"
        case .failingWrites: return "\(disk) failing writes"
        case .flippedBytes: return "\(disk) flipped bytes"
        }
    }
}
