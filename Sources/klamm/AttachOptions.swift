import ArgumentParser
import KafkaClient
import KafkaCluster
import Settings

/// Which cluster, how to reach it, and what klamm may do there.
struct AttachOptions: ParsableArguments {
    @Argument(help: "A cluster of klamm.toml.")
    var name: String?

    @Option(help: ArgumentHelp("Where the cluster is found.", valueName: "host:port,..."))
    var bootstrap: String?

    @Option(help: ArgumentHelp("Client properties, as Kafka's own tools take them.", valueName: "client.properties"))
    var config: String?

    @Option(
        name: .customShort("X"),
        help: ArgumentHelp("A client property; over those of the file. May be given again.", valueName: "name=value"))
    var properties: [String] = []

    /// Whether a cluster was named at all.
    var nameCluster: Bool { name != nil || bootstrap != nil || config != nil || !properties.isEmpty }

    func validate() throws {
        if let name, bootstrap != nil {
            throw ValidationError("--bootstrap names a cluster, and so does \(name): give one of them.")
        }
    }

    /// Everything about the cluster that is known before it is asked.
    struct Place {
        var name: String
        /// As the user wrote it.
        var address: String
        var servers: [ClusterSurvey.Address]
        var security: WireSecurity
        var mayWrite: Bool
        var faults: [FaultDeed: String]

        /// For librdkafka.
        var configuration: ClientConfiguration { security.clients }
    }

    func place(in settings: ConsoleSettings) throws -> Place {
        let named = try name.map { name in
            guard let found = settings.clusters.first(where: { $0.name == name }) else {
                // One that cannot be read is not there either.
                if let problem = settings.problems.first { throw problem }
                let names = settings.clusters.map(\.name).joined(separator: ", ")
                throw ValidationError(
                    "klamm.toml has no [cluster.\(name)]"
                        + (names.isEmpty ? "; --bootstrap HOST:PORT needs none." : "; it has \(names)."))
            }
            return found
        }
        var configuration = ClientConfiguration()
        if let path = config ?? named?.config {
            guard let text = try SettingsFolder.text(of: path) else {
                throw ValidationError("There is no file \(path).")
            }
            do { configuration = try ClientProperties.parse(text) } catch {
                throw ValidationError("\(path): \(error)")
            }
        }
        for property in named?.properties ?? [] {
            try ClientProperties.assign("\(property.name)=\(property.value)", in: &configuration)
        }
        for property in properties {
            do { try ClientProperties.assign(property, in: &configuration) } catch {
                throw ValidationError("-X \(property.prefix { $0 != "=" }): \(error.reason)")
            }
        }
        guard let bootstrap = bootstrap ?? named?.bootstrap ?? configuration["bootstrap.servers"] else {
            throw ValidationError("Say which cluster: a name from klamm.toml, or --bootstrap HOST:PORT.")
        }
        let servers: [ClusterSurvey.Address]
        do {
            servers = try bootstrap.split(separator: ",").map { try ClusterSurvey.Address(parsing: String($0)) }
        } catch {
            throw ValidationError("\(error)")
        }
        configuration["bootstrap.servers"] = bootstrap
        let security = try WireSecurity(configuration)
        do { try security.clients.check() } catch { throw ValidationError(error.reason) }
        return Place(
            name: named?.name ?? bootstrap, address: bootstrap, servers: servers, security: security,
            mayWrite: named?.mayWrite ?? false, faults: named?.faults ?? [:])
    }
}
