import KafkaCluster
import KafkaProtocol
import Testing

@Suite struct FaultScriptTests {
    @Test(arguments: [
        "kill 2", "power-loss 2", "freeze 101", "thaw 1", "restart 2", "stop 2", "wipe 2", "cut 1-2", "cut 1>2",
        "cut 2-nodes",
        "stall clients-1", "reset 1-client:shop-3", "delay 2-3 50ms±20ms", "delay 2>clients 5ms",
        "bandwidth 1-2 500B/s",
        "fail Produce at 2 with NOT_ENOUGH_REPLICAS after effect",
        "fail Fetch number 3 of shop at 1 with NOT_LEADER_OR_FOLLOWER before effect", "withhold OffsetCommit at 2",
        "disk 2 full", "disk 2:orders-0 slow 5ms", "disk 2 slow 500us", "delay 1-2 500us", "disk 2 failing reads",
        "disk 2 failing writes",
        "disk 2:my-topic-11 flipped bytes", "skew 3 +5000ms", "skew 3 -20ms", "heal cut 1-2", "heal all",
    ])
    func `what a fault calls itself is read back`(_ text: String) throws {
        // Traces print faults in the words in which scripts give them.
        let line = try FaultScriptLine(text)
        #expect(line.fault.description == text)
        #expect(line.duration == nil)
    }

    @Test func `a length of time follows what lasts`() throws {
        // Most scripts break something for a while.
        #expect(try FaultScriptLine("freeze 1 for 3s") == .init(.freeze(1), for: .seconds(3)))
        #expect(try FaultScriptLine("skew 3 +5s").fault == .clockSkew(3, .seconds(5)))
        #expect(
            try FaultScriptLine("bandwidth 1-2 10kB/s for 2m")
                == .init(.link(.init(.node(1), .node(2), .bandwidth(10_000))), for: .seconds(120)))
    }

    @Test func `a client's name may hold a dash`() throws {
        // klamm's own producers are called producer-1 and so on.
        #expect(
            try FaultScriptLine("cut client:producer-1-2").fault
                == .link(.init(.client("producer-1"), .node(2), .cut)))
    }

    @Test(arguments: [
        "", "explode 2", "kill", "kill two", "kill 2 3", "cut 1", "cut 1-1", "cut clients-clients", "delay 1-2",
        "delay 1-2 soon", "delay 1-2 -5ms", "bandwidth 1-2 fast", "fail Produce",
        "fail Nothing at 2 with X before effect",
        "fail Produce at 2 with NO_SUCH_ERROR before effect", "withhold Produce number 0 at 2", "disk 2", "disk 2 sad",
        "disk 2:orders full", "skew 3", "skew 3 5", "kill 2 for 3s", "freeze 1 for", "freeze 1 for ever",
        "freeze 1 for -3s", "freeze 1 for 0s", "disk 2 slow -5ms",
        "fail Produce at 101 with UNKNOWN_SERVER_ERROR before effect",
        "fail Produce of at 2 with NOT_ENOUGH_REPLICAS before effect", "cut nodes-nodes",
        "fail Produce at 2 with NOT_ENOUGH_REPLICAS", "freeze 99999999999", "skew 1 99999999999999999999s",
        "skew 1 -9223372036854775808s", "freeze 1 for -9223372036854775808s", "heal cut",
    ])
    func `a wrong line gets a sentence`(_ text: String) {
        // The reader of the sentence has only this line to look at.
        #expect(throws: FaultScriptError.self) { try FaultScriptLine(text) }
        do {
            _ = try FaultScriptLine(text)
        } catch {
            #expect(error.description.hasSuffix("."))
        }
    }
}

/// The lines of `klamm serve`.
@Suite struct ControlLineTests {
    @Test func `a line is a fault or a word about the cluster`() throws {
        // Scripts write both, one a line.
        #expect(try ControlLine(" kill \t2\r") == .fault(.init(.kill(2))))
        #expect(try ControlLine("faults") == .faults)
        #expect(try ControlLine("help") == .help)
        #expect(try ControlLine("add-broker") == .addBroker)
        #expect(try ControlLine("remove-broker 4") == .removeBroker(4))
    }

    @Test(arguments: [
        ("explode 2", "faults, ledger, add-broker, remove-broker and help"), ("add-broker 4", "leave out \"4\""),
        ("remove-broker", "remove-broker 4"), ("remove-broker four", "remove-broker 4"),
        ("freeze 1 for -3s", "\"-3s\" is no length of time: it must be more than zero"),
        ("delay 1-2 200000000m", "\"200000000m\" is too long: a day (1440m) is the most"),
        ("delay 1-2 5ms±1441m", "\"1441m\" is too long"), ("freeze 1 for 86401s", "\"86401s\" is too long"),
        ("disk 2 slow 1441m", "\"1441m\" is too long"),
        ("fail Bogus at 2 with NOT_ENOUGH_REPLICAS before effect", "\"Bogus\" is no request of Kafka's"),
        ("fail Produce at 2 with BOGUS before effect", "\"BOGUS\" is no error of Kafka's"),
        ("fail Produce at 2 with NOT_ENOUGH_REPLICAS sometime", "\"before effect\" or \"after effect\""),
        ("fail Produce at 2", "lacks its error"), ("fail Produce", "lacks its broker"),
        ("fail Produce at 101 with NOT_ENOUGH_REPLICAS before effect", "controller 101"),
    ])
    func `a wrong line is told what is wrong with it`(line: String, words: String) {
        // Whoever wrote it has the rest of the line before them and needs the one word that is wrong.
        do {
            let parsed = try ControlLine(line)
            Issue.record("\(parsed)")
        } catch {
            #expect(error.description.contains(words), "\(error)")
            #expect(error.description.hasSuffix("."))
        }
    }
}
