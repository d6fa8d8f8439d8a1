import KafkaProtocol
import KafkaStorage

/// Where a broker is on its way up or down.
///
/// ```
/// recovering ──logs are open──> registering ──accepted──> catchingUp ──unfenced──> running
///                                  ^  └─ refused while the former session lives: again later
///                                  └──── the controller does not know this life any more ── (any later state)
/// any but recovering ──stop──> shuttingDown ──leaders have moved, or time is over──> stopped
/// recovering ──stop──> stopped
/// ```
/// Metadata is applied from `catchingUp` on, once it tells of this very registration: older metadata may still name this
/// broker as a leader whose log has since lost records.
enum Lifecycle {
    case recovering(LogRecovery)
    case registering
    /// `hasMetadata` once the metadata log was read up to our registration, so that requests can be served.
    case catchingUp(hasMetadata: Bool)
    case running
    case shuttingDown
    case stopped

    var state: BrokerLifecycleState {
        switch self {
        case .recovering: .recovering
        case .registering: .registering
        case .catchingUp: .catchingUp
        case .running: .running
        case .shuttingDown, .stopped: .shuttingDown
        }
    }

    /// Whether requests are started, and partitions led and copied.
    var isServing: Bool {
        switch self {
        case .recovering, .registering, .catchingUp(hasMetadata: false), .stopped: false
        case .catchingUp(hasMetadata: true), .running, .shuttingDown: true
        }
    }
}

/// The logs on disk while they are being opened, some per deadline.
struct LogRecovery {
    var wasCleanlyStopped = false
    var recoveryPoints: [TopicPartition: Int64] = [:]
    var logStartOffsets: [TopicPartition: Int64] = [:]
    /// Nil before the folder was listed; the last comes next.
    var remaining: [TopicPartition]?
    var loader: LogLoader?
    var loading: TopicPartition?
}
