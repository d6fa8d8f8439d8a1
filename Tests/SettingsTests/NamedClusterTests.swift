import KafkaCluster
import Settings
import Testing

/// Clusters by name, and the commands that break them.
@Suite struct NamedClusterTests {
    @Test func `a cluster has a name, a place and commands for faults`() throws {
        // The form that the README shows.
        let settings = ConsoleSettings(
            file: "klamm.toml",
            text: """
                [cluster.staging]
                bootstrap = "kafka-1:9092,kafka-2:9092"
                config = "/etc/client.properties"
                write = true
                [cluster.staging.properties]
                "security.protocol" = "SSL"
                [cluster.staging.faults]
                kill-broker = "docker kill kafka-{broker}"
                [cluster.local]
                bootstrap = "127.0.0.1:9092"
                """)
        #expect(settings.clusters.map(\.name) == ["local", "staging"])
        let staging = try #require(settings.clusters.last)
        #expect(staging.bootstrap == "kafka-1:9092,kafka-2:9092")
        #expect(staging.config == "/etc/client.properties")
        #expect(staging.mayWrite)
        #expect(staging.properties.map { "\($0.name)=\($0.value)" } == ["security.protocol=SSL"])
        #expect(staging.faults == [.kill: "docker kill kafka-{broker}"])
        #expect(!settings.clusters[0].mayWrite)
    }

    @Test(arguments: [
        ("[cluster.a]\nwrite = true", 1, "needs bootstrap"),
        ("[cluster.a]\nbootstrap = 5", 2, "must be in quotes"),
        ("[cluster.a]\nbootstrap = \"h\"\nwrit = true", 3, "'writ' is unknown here"),
        ("[cluster.a]\nbootstrap = \"h\"\n[cluster.a.faults]\nkil = \"x\"", 4, "there is no fault 'kil'"),
        (
            "[cluster.a]\nbootstrap = \"h\"\n[cluster.a.properties]\nssl.ca.location = \"x\"", 4,
            "so must a name with dots"
        ),
    ])
    func `what is wrong is named with its line`(text: String, line: Int, reason: String) throws {
        // A typed-in file has typing errors.
        let settings = ConsoleSettings(file: "klamm.toml", text: text)
        #expect(settings.clusters.isEmpty)
        let error = try #require(settings.problems.first)
        #expect(error.line == line)
        #expect(error.reason.contains(reason), "\(error.reason)")
    }
}
