/// What befell a broker, as far as it can cost records.
package enum BrokerFate: Hashable, Sendable {
    case killed, lostPower, wiped, stopped, frozen, cutOff
    case diskFailed(String)

    /// Whether it acknowledges nothing after that until it is started anew.
    var isAnEnd: Bool {
        switch self {
        case .killed, .lostPower, .wiped, .stopped, .diskFailed: true
        case .frozen, .cutOff: false
        }
    }

    /// As in "broker 2 ...".
    package var words: String {
        switch self {
        case .killed: "was killed"
        case .lostPower: "lost power"
        case .wiped: "lost its disk"
        case .stopped: "was stopped"
        case .frozen: "was frozen"
        case .cutOff: "was cut off"
        case .diskFailed(let reason): "lost its log directory (\(reason))"
        }
    }
}

/// Why records left a replica's log.
package enum DropReason: Hashable, Sendable {
    /// It follows a leader whose log does not have them.
    case truncated
    /// They were not on the platter yet.
    case powerLost
    case wiped
}
