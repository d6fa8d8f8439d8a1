import KafkaCluster

extension Fault {
    /// What people type who look for it and do not know what it is called here.
    var otherNames: [String] {
        switch self {
        case .kill: ["crash", "die", "sigkill"]
        case .powerLoss: ["lose", "power", "outage", "blackout", "unplug", "crash"]
        case .freeze: ["pause", "hang", "sigstop", "zombie", "suspend", "gc"]
        case .thaw: ["resume", "unfreeze"]
        case .restart: ["start", "recover"]
        case .stop: ["shutdown", "sigterm", "orderly"]
        case .wipe: ["empty", "format", "erase", "lose", "disk", "data"]
        case .link(let link):
            ["network", "link", "connection"] + link.effect.otherNames
                + (link.isOneWay ? [] : ["\(link.to)-\(link.from)"])
        case .request(let request):
            ["network", "request"]
                + (request.outcome == .withhold ? ["timeout", "silence", "duplicate"] : ["error", "refuse", "reject"])
        case .disk(let disk): ["storage", "io"] + disk.effect.otherNames
        case .clockSkew: ["clock", "time", "ntp", "timestamp"]
        case .heal, .healAll: ["end", "mend", "fix", "repair"]
        }
    }
}

extension LinkFault.Effect {
    fileprivate var otherNames: [String] {
        switch self {
        case .cut: ["partition", "isolate", "disconnect", "split-brain", "unplug"]
        case .stall: ["hang", "blackhole", "drop", "loss", "timeout"]
        case .delay: ["latency", "slow", "jitter"]
        case .bandwidth: ["throttle", "slow", "narrow", "limit"]
        case .reset: ["drop", "disconnect", "rst"]
        }
    }
}

extension DiskFault.Effect {
    fileprivate var otherNames: [String] {
        switch self {
        case .slow: ["latency", "delay"]
        case .full: ["space", "fill", "enospc", "out-of-space"]
        case .failingReads, .failingWrites: ["error", "broken", "eio"]
        case .flippedBytes: ["corrupt", "corruption", "bitrot", "damage", "flip"]
        }
    }
}
