import KafkaServer
import Workload

/// A cluster under the console, with klamm's own clients on it and those that do what the user asks for.
struct ConsoleTarget: Sendable {
    var cluster: EmbeddedCluster
    var workload: RunningWorkload
    var clients: ConsoleClients
}
