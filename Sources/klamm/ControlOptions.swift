import ArgumentParser
import ControlServer
import Glibc
import KafkaServer
import Logging
import Workload

/// The options of every command whose cluster can be asked and steered over HTTP.
struct ControlOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Answer HTTP there: the snapshot, the ledger, faults, events, metrics. Port 0 takes a free one.",
            valueName: "host:port"))
    var control: String?

    @Option(
        help: ArgumentHelp(
            "What who asks must bring (default: $KLAMM_CONTROL_TOKEN); needed where other machines can ask.",
            valueName: "token"))
    var controlToken: String?

    private var token: String? { controlToken ?? getenv("KLAMM_CONTROL_TOKEN").map { String(cString: $0) } }

    func validate() throws {
        guard let control else {
            if controlToken != nil {
                throw ValidationError("--control-token goes with --control; add --control 127.0.0.1:8474.")
            }
            return
        }
        do throws(ControlError) {
            let address = try ControlAddress(control)
            if token == nil, !address.isLoopback { throw .tokenNeeded(address.host) }
            if let token, token.isEmpty || !token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) { throw .badToken }
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// Nil where nobody asked for it.
    func listen(
        for cluster: EmbeddedCluster, in directory: DataDirectory, workload: RunningWorkload? = nil,
        ledgers: TopicLedgers? = nil, logger: Logger
    ) async throws -> ControlListener? {
        guard let control else { return nil }
        let address = try ControlAddress(control)
        let service = ControlService(
            EmbeddedControl(cluster: cluster, workload: workload, ledgers: ledgers, logger: logger),
            access: ControlAccess(token: token, host: address.host))
        let listener = try await ControlListener.open(address, service, logger: logger)
        directory.announce(control: listener.address.url)
        return listener
    }
}
