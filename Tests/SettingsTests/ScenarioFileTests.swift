import Scenarios
import Settings
import Testing

@Suite struct ScenarioFileTests {
    @Test func `every shipped scenario can be read`() throws {
        // A file that nobody can play must not be shipped.
        #expect(!ScenarioCatalogue.names.isEmpty)
        for name in ScenarioCatalogue.names {
            let scenario = try #require(try ScenarioCatalogue.scenario(named: name))
            #expect(!scenario.expectations.isEmpty, "\(name) expects nothing")
            #expect(scenario.title != name && !scenario.shows.isEmpty, "\(name) does not say what it shows")
            #expect(scenario.stepsAhead.count == scenario.steps.count)
            for step in scenario.stepsAhead {
                #expect(!step.words.contains("("), "\(name) tells a step in the file's words: \(step.words)")
            }
            #expect(ScenarioCatalogue.file(named: name)?.contains("[ending]") ?? false)
        }
    }

    @Test func `a scenario is found by its number`() throws {
        let name = try #require(try ScenarioCatalogue.scenario(named: "3")).name
        #expect(name == "03-leader-dies-before-copying")
        #expect(try ScenarioCatalogue.scenario(named: "03")?.name == name)
        #expect(try ScenarioCatalogue.scenario(named: "leader-dies-before-copying")?.name == name)
        #expect(try ScenarioCatalogue.scenario(named: "nobody") == nil)
    }

    private static func read(_ text: String) throws -> Scenario {
        try ScenarioCatalogue.scenario(text: text, file: "own.toml")
    }

    @Test func `a file becomes a scenario`() throws {
        let scenario = try Self.read(
            """
            title = "Mine"
            shows = \"\"\"
            Two
            lines.
            \"\"\"
            [cluster]
            brokers = 2
            replica.lag.time.max.ms = 500
            [[topics]]
            name = "orders"
            replicas = [[1, 2], [2, 1]]
            min.insync.replicas = 2
            [[producers]]
            topic = "orders"
            start = false
            acks = 1
            linger.ms = 7
            [[groups]]
            topics = ["orders"]
            enable.auto.commit = false
            [[steps]]
            at = "2s"
            when = "acked > 10"
            within = "3s"
            do = "kill 1"
            says = "{acked} are there."
            [ending]
            heal = false
            expect = ["lost = 0"]
            """)
        #expect(scenario.name == "own")
        #expect(scenario.title == "Mine")
        #expect(scenario.shows == "Two lines.")
        #expect(scenario.cluster.brokers == 2)
        #expect(scenario.cluster.settings == [Setting("replica.lag.time.max.ms", "500")])
        #expect(scenario.topics.first?.replicas == [[1, 2], [2, 1]])
        #expect(scenario.topics.first?.partitions == 2)
        #expect(scenario.topics.first?.settings == [Setting("min.insync.replicas", "2")])
        #expect(scenario.producers.first?.isStarted == false)
        #expect(scenario.producers.first?.settings.acks == .leader)
        #expect(scenario.producers.first?.settings.lingerMilliseconds == 7)
        #expect(scenario.groups.first?.settings.group == "default")
        #expect(scenario.groups.first?.settings.enableAutoCommit == false)
        #expect(scenario.steps.first?.at == .seconds(2))
        #expect(scenario.steps.first?.limit == .seconds(3))
        #expect(scenario.steps.first?.actions.map(\.description) == ["kill 1"])
        #expect(!scenario.ending.heals)
        #expect(scenario.expectations.map(\.description) == ["lost = 0"])
    }

    @Test(arguments: [
        ("titel = \"x\"", 1, "'titel' is unknown"),
        ("title = \"x\"\n[[topic]]\nname = \"a\"", 2, "'topic' is unknown"),
        ("title = \"x\"\n[end.ing]\nheal = true", 2, "'end' is unknown"),
        ("[[steps]]\ndo = \"kill 1\"\nmeasure = \"a\"", 3, "no producer of 'a'"),
        ("[cluster]\nbrokers = 12", 2, "from 1 to 9"),
        ("[cluster]\nreplica.lag.time.max.ms = \"soon\"", 2, "replica.lag.time.max.ms"),
        ("[[topics]]\nname = \"a\"\n[[topics]]\npartitions = 2", 3, "lacks its name"),
        ("[[topics]]\nname = \"a\"\nreplicas = [1, 2]", 3, "lists the brokers"),
        ("[[topics]]\nname = \"a\"\nreplicas = [[4, 2]]", 1, "needs broker 4"),
        ("[[topics]]\nname = \"a\"\nmin.insync.replica = 2", 3, "min.insync.replica"),
        ("[[topics]]\nname = \"a\"\n[[producers]]\ntopic = \"b\"", 4, "no topic 'b'"),
        ("[[topics]]\nname = \"a\"\n[[producers]]\ntopic = \"a\"\nacks = 5", 5, "takes 0, 1 or all"),
        ("[[topics]]\nname = \"a\"\n[[groups]]\ntopics = [\"a\"]\nworks = 1", 5, "no setting \"works\""),
        ("[[topics]]\nname = \"a\"\n[[topics]]\nname = \"a\"", 3, "is there already"),
        ("[[topics]]\nname = \"a\"\n[[producers]]\ntopic = \"a\"\npartitions = [0, 1]", 5, "must be a text"),
        ("title = \"nothing\"", 1, "it expects nothing"),
        ("[ending]\nexpect = \"faults = 0\"\n[[steps]]\ndo = \"kill 7\"", 4, "there is no node 7"),
        ("[ending]\nexpect = \"new faults = 0\"", 2, "new counts from a step"),
        ("[[steps]]\nat = \"2s\"\n[[steps]]\nwhen = \"acked\"", 4, "is no condition"),
        ("[[steps]]\ndo = \"press 2 hyper-k\"", 2, "\"hyper-k\" is no key"),
        ("[[steps]]\nat = \"soon\"", 2, "no length of time"),
        ("[[steps]]\ndo = [\"cut 1-2\", \"klil 1\"]", 2, "\"klil\" is no command"),
        ("[[steps]]\nwhen = \"leader(b-0) = 1\"", 2, "no topic \"b\""),
        ("[ending]\nexpect = \"lost(b) = 0\"", 2, "no topic \"b\""),
        ("[ending]\nheal = \"perhaps\"", 2, "true or false"),
        ("\ntitle = = 1", 2, "parsing"),
    ])
    func `a bad file is refused with its line`(text: String, line: Int, sentence: String) {
        let error = #expect(throws: SettingsError.self) { _ = try Self.read(text) }
        #expect(error?.line == line, "\(error?.description ?? "")")
        #expect(error?.reason.contains(sentence) ?? false, "\(error?.description ?? "")")
    }
}
