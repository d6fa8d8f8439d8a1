import KafkaCluster
import TOMLKit

/// A cluster that the user has given a name: `klamm attach staging`.
///
/// ```
/// [cluster.staging]
/// bootstrap = "kafka-1:9092,kafka-2:9092"
/// config = "/etc/kafka/client.properties"
/// write = false
/// [cluster.staging.properties]              # over those of the file
/// "security.protocol" = "SASL_SSL"
/// [cluster.staging.faults]
/// kill-broker = "docker kill kafka-{broker}"
/// ```
package struct NamedCluster: Hashable, Sendable {
    package struct Property: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package var name: String
    package var bootstrap: String
    /// A file of client properties.
    package var config: String?
    /// In the order of their names.
    package var properties: [Property] = []
    package var mayWrite = false
    /// A shell's command for each, with `{broker}` in place of the broker's id.
    package var faults: [FaultDeed: String] = [:]

    /// Those of a settings file that can be used, in the order of their names.
    static func all(in document: SettingsDocument, _ problems: inout [SettingsError]) -> [NamedCluster] {
        var found: [NamedCluster] = []
        do throws(SettingsError) {
            guard let clusters = try document.table("cluster") else { return [] }
            for name in clusters.keys.sorted() {
                do throws(SettingsError) {
                    guard let table = clusters[name]?.table else {
                        throw document.error(
                            at: ["cluster", name], "'cluster.\(name)' must be a table, [cluster.\(name)]")
                    }
                    found.append(try NamedCluster(name, table, document))
                } catch {
                    problems.append(error)
                }
            }
        } catch {
            problems.append(error)
        }
        return found
    }

    private init(_ name: String, _ table: TOMLTable, _ document: SettingsDocument) throws(SettingsError) {
        let path = ["cluster", name]
        try document.check(table, at: path, knows: ["bootstrap", "config", "write", "properties", "faults"])
        func text(_ key: String) throws(SettingsError) -> String? {
            guard let value = table[key] else { return nil }
            guard let text = value.string else { throw document.error(at: path + [key], "'\(key)' must be in quotes") }
            return text
        }
        guard let bootstrap = try text("bootstrap") else {
            throw document.error(at: path, "'cluster.\(name)' needs bootstrap = \"HOST:PORT\"")
        }
        self.name = name
        self.bootstrap = bootstrap
        config = try text("config")
        if let value = table["write"] {
            guard let flag = value.bool else {
                throw document.error(at: path + ["write"], "'write' must be true or false")
            }
            mayWrite = flag
        }
        for (key, value) in try Self.texts("properties", in: table, at: path, document) {
            properties.append(Property(name: key, value: value))
        }
        for (key, command) in try Self.texts("faults", in: table, at: path, document) {
            guard let deed = FaultDeed(rawValue: key) else {
                throw document.error(
                    at: path + ["faults", key],
                    "there is no fault '\(key)'; known are \(listed(FaultDeed.allCases.map(\.rawValue)))")
            }
            faults[deed] = command
        }
    }

    private static func texts(
        _ key: String, in table: TOMLTable, at path: [String], _ document: SettingsDocument
    ) throws(SettingsError) -> [(String, String)] {
        guard let value = table[key] else { return [] }
        guard let inner = value.table else { throw document.error(at: path + [key], "'\(key)' must be a table") }
        var found: [(String, String)] = []
        for name in inner.keys.sorted() {
            guard let text = inner[name]?.string else {
                throw document.error(at: path + [key, name], "'\(name)' must be in quotes; so must a name with dots")
            }
            found.append((name, text))
        }
        return found
    }
}
