import KafkaProtocol

/// What the cluster knows about one broker: the life that it registered with, and whether it may serve.
package struct BrokerRegistration: Hashable, Sendable {
    package var id: BrokerID
    /// The offset of the record that registered this life of the broker; a larger one is a later life.
    package var epoch: Int64
    /// Chosen anew by every start of the broker's process.
    package var incarnation: Uuid
    /// In the order in which the broker gave them.
    package var listeners: [Listener]
    package var rack: String?
    /// A fenced broker leads nothing, is in no ISR (but as its last member), and clients are not sent to it.
    package var fenced: Bool
    /// The broker wants to stop: it gives up leadership and joins no ISR.
    package var inControlledShutdown: Bool
    /// Those that work, as the broker gave them; only `lostDirectory` when none is left. A broker that named none is taken
    /// to have one.
    package var logDirs: [Uuid]

    /// Kafka's reserved id of a directory that is gone. The metadata log cannot say "no directories": an empty list means
    /// "as before" there.
    package static let lostDirectory = Uuid(high: 0, low: 1)

    package struct Listener: Hashable, Sendable {
        package var name: String
        package var host: String
        package var port: UInt16
        package var securityProtocol: Int16

        package init(name: String, host: String, port: UInt16, securityProtocol: Int16 = 0) {
            self.name = name
            self.host = host
            self.port = port
            self.securityProtocol = securityProtocol
        }
    }

    package init(
        id: BrokerID, epoch: Int64, incarnation: Uuid, listeners: [Listener], rack: String? = nil, fenced: Bool = true,
        inControlledShutdown: Bool = false, logDirs: [Uuid] = []
    ) {
        self.id = id
        self.epoch = epoch
        self.incarnation = incarnation
        self.listeners = listeners
        self.rack = rack
        self.fenced = fenced
        self.inControlledShutdown = inControlledShutdown
        self.logDirs = logDirs
    }

    /// Whether the broker may lead and be in sync.
    package var isActive: Bool { !fenced && !inControlledShutdown && hasLogDirectory }

    /// Whether a directory for its replicas is left. A broker of ours has one for all of them.
    package var hasLogDirectory: Bool { logDirs != [Self.lostDirectory] }
}
