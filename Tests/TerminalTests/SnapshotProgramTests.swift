import Glibc
import Testing

/// The real `klamm snapshot`, asking a real `klamm serve`.
@Suite(.serialized, .ownThread) struct SnapshotProgramTests {
    @Test func `a running klamm is found by its data directory or address, and shows any view`() throws {
        // For screen readers, scripts and documents: nothing of it needs a terminal.
        let folder = try ScratchFolder()
        let program = try ServeProgram(["--data-dir", folder.path, "--control", "127.0.0.1:0"])
        let ready = try program.expect("bootstrap.servers")
        let url = try #require(ready.split(separator: "\"").first { $0.hasPrefix("http://") })
        let address = String(url.dropFirst("http://".count))

        let brokers = try ProgramRun(
            ["snapshot", "--view", "brokers", "--data-dir", folder.path, "--seconds", "0", "--columns", "100"],
            withOutput: true)
        #expect(brokers.code == 0)
        #expect(brokers.complaint.contains("3/3 up") && brokers.complaint.contains("Brokers(all)[6]"))
        #expect(brokers.complaint.split(separator: "\n", omittingEmptySubsequences: false).count == 41)
        #expect(!brokers.complaint.contains("\u{1B}"))

        let json = try ProgramRun(["snapshot", "--json", "--control", address, "--seconds", "0"], withOutput: true)
        #expect(json.code == 0 && json.complaint.hasPrefix("{\"cluster.id\":\""))

        let view = try ProgramRun(
            ["snapshot", "--json", "--view", "brokers", "--control", address, "--seconds", "0"], withOutput: true)
        #expect(view.code == 0 && view.complaint.hasPrefix("{\"view\":\"brokers\","), "\(view.complaint)")
        #expect(
            view.complaint.contains("\"rows\":[{\"Node\":\"") && view.complaint.hasSuffix("]}\n"), "\(view.complaint)")

        let file = folder.path + "/screen.svg"
        let svg = try ProgramRun(
            ["snapshot", "--svg", file, "--theme", "light", "--control", address, "--seconds", "0"], withOutput: true)
        #expect(svg.code == 0 && svg.complaint.isEmpty && folder.has("screen.svg"))

        let missing = try ProgramRun(["snapshot", "--view", "topic", "--of", "nosuch", "--control", address])
        #expect(missing.code == 2)
        #expect(missing.complaint == "klamm: There is no topic \"nosuch\"; there is none.\n")
        program.signal(SIGTERM)
        #expect(try program.end() == 0)
    }

    @Test(arguments: [
        (["--data-dir", "/nonexistent"], "No klamm runs in /nonexistent; start klamm or klamm serve with --control"),
        (["--control", "127.0.0.1:1"], "Nobody answers at http://127.0.0.1:1; start klamm"),
        (["--control", "nowhere"], "\"nowhere\" is no address"),
        (["--view", "sky"], "There is no view \"sky\" to print"),
        (["--view", "topic"], "name it, by --of and a topic"), (["--columns", "20"], "at least 80 columns"),
        (["--bootstrap", "127.0.0.1:1", "--control", "127.0.0.1:1"], "give one of them"),
        (["nosuch"], "has no [cluster.nosuch]"), (["--bootstrap", "a:b"], "\"a:b\" is not HOST:PORT"),
        (["--json", "--svg", "x"], "ask for one"), (["--theme", "drak"], "'drak'"),
        (["--seconds", "61"], "from 0 to 60"),
    ])
    func `what cannot be printed costs one sentence and exit code 2`(options: [String], words: String) throws {
        // Scripts look at the code, people at the sentence.
        let run = try ProgramRun(["snapshot"] + options)
        #expect(run.code == 2)
        #expect(run.complaint.contains(words), "\(run.complaint)")
        #expect(run.complaint.split(separator: "\n").count == 1)
    }

    @Test func `any cluster is looked at by its bootstrap servers`() throws {
        // For a cluster that klamm did not start; what the protocol does not carry reads unknown.
        let program = try ServeProgram()
        let ready = try program.expect("bootstrap.servers")
        let words = ready.split(separator: "\"")
        let servers = try #require(words.first { $0.hasPrefix("127.0.0.1:") })
        let brokers = try ProgramRun(
            ["snapshot", "--view", "brokers", "--bootstrap", String(servers), "--seconds", "0"], withOutput: true)
        #expect(brokers.code == 0)
        #expect(brokers.complaint.contains("Broker 3") && brokers.complaint.contains("3/3 up"), "\(brokers.complaint)")
        let json = try ProgramRun(
            ["snapshot", "--json", "--bootstrap", String(servers), "--seconds", "0"], withOutput: true)
        #expect(json.code == 0 && json.complaint.contains("\"brokers\":[{\"id\":1,"), "\(json.complaint)")
        let view = try ProgramRun(
            ["snapshot", "--json", "--view", "brokers", "--bootstrap", String(servers), "--seconds", "0"],
            withOutput: true)
        #expect(view.code == 0 && view.complaint.hasPrefix("{\"view\":\"brokers\","), "\(view.complaint)")
        let svg = try ProgramRun(
            ["snapshot", "--svg", "-", "--bootstrap", String(servers), "--seconds", "0"], withOutput: true)
        #expect(svg.code == 0 && svg.complaint.hasPrefix("<svg ") && svg.complaint.hasSuffix("</svg>\n"))
        program.signal(SIGTERM)
        #expect(try program.end() == 0)
    }

    @Test func `a klamm that answers nobody is named`() throws {
        // The reason is what the user has to change.
        let folder = try ScratchFolder()
        let program = try ServeProgram(["--data-dir", folder.path])
        let run = try ProgramRun(["snapshot", "--data-dir", folder.path])
        #expect(run.code == 2 && run.complaint.contains("answers nobody; start it with --control"))
        program.signal(SIGTERM)
        #expect(try program.end() == 0)
    }
}
