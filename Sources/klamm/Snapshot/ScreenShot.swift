import Console
import KafkaClient
import KafkaCluster
import KafkaProtocol
import Logging
import Settings

/// A screen of the console taken of a cluster that somebody else runs or shows.
struct ScreenShot {
    var picture: StillPicture
    /// How long the cluster is watched: rates are known from two looks a second apart.
    var seconds: Int
    /// For the views that show records.
    var configuration: ClientConfiguration
    /// What some views ask for beside the picture.
    var answer: @Sendable (Inquiry) async throws -> Answer
    let logger: Logger

    /// `events` are asked for when the cluster has been watched.
    func taken(
        events: () -> [ClusterEvent], _ look: () async throws -> ClusterSnapshot
    ) async throws -> StillPicture {
        var picture = picture
        _ = picture.take(.scenarios(ScenarioCatalogue.heads))
        for second in 0...seconds {
            if second > 0 { try await Task.sleep(for: .seconds(1)) }
            _ = picture.take(.snapshot(try await look()))
        }
        for event in events() { _ = picture.take(.cluster(event)) }
        var commands = try picture.open()[...]
        while let command = commands.popFirst() {
            switch command {
            case .fetchRecords(let query):
                let clients = ConsoleClients(configuration, logger: logger)
                commands += picture.take(.records(try await clients.page(query)))
            case .inquire(let inquiry):
                _ = picture.take(.answer(await answered(inquiry)))
            default: break
            }
        }
        return picture
    }

    /// A view that cannot be filled says why.
    private func answered(_ inquiry: Inquiry) async -> Answer {
        do { return try await answer(inquiry) } catch { return .none(inquiry, reason: "\(error)") }
    }
}
