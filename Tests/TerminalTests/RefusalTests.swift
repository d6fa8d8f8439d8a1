import CVterm
import Glibc
import Testing

/// What klamm says instead of starting: one sentence, and exit code 2.
@Suite(.ownThread) struct RefusalTests {
    @Test func `without a terminal it names the command that needs none`() throws {
        // In a script or a container's log, a console makes no sense.
        let run = try ProgramRun(["--ephemeral", "--port", "0"])
        #expect(run.code == 2)
        #expect(run.complaint.contains("not a terminal") && run.complaint.contains("klamm serve"))
        #expect(run.complaint.split(separator: "\n").count == 1)
    }

    @Test func `attach without a terminal names what looks at a cluster without one`() throws {
        // klamm serve starts another cluster.
        let run = try ProgramRun(["attach", "--bootstrap", "127.0.0.1:1"])
        #expect(run.code == 2)
        #expect(run.complaint.contains("klamm snapshot --bootstrap") && !run.complaint.contains("klamm serve"))
        #expect(run.complaint.split(separator: "\n").count == 1)
    }

    @Test func `a login that nobody knows is refused even where there is none`() throws {
        // Whoever forgets security.protocol would think to be logged in.
        for command in ["attach", "snapshot"] {
            let run = try ProgramRun([command, "--bootstrap", "127.0.0.1:1", "-X", "sasl.mechanism=NOPE"])
            #expect(run.code == 2)
            #expect(run.complaint.contains("sasl.mechanisms=NOPE: klamm attach knows PLAIN"), "\(run.complaint)")
            #expect(run.complaint.split(separator: "\n").count == 1)
        }
        let run = try ProgramRun(["snapshot", "--bootstrap", "127.0.0.1:1", "-X", "sasl.mechanism=plain"])
        #expect(run.complaint.contains("sasl.mechanisms=PLAIN has no effect: security.protocol is PLAINTEXT"))
    }

    @Test func `an unknown theme lists the known ones`() throws {
        // A typo should cost no look into the manual.
        let run = try ProgramRun(["--ephemeral", "--port", "0", "--theme", "drak"])
        #expect(run.code == 2)
        #expect(run.complaint.contains("'drak'") && run.complaint.contains("known are dark, light, mono"))
        #expect(run.complaint.split(separator: "\n").count == 1)
    }

    @Test(arguments: [
        (["--seeds", "5-1"], "--seeds 5-1 runs backwards; give the smaller seed first: --seeds 1-5."),
        (["--seeds", "5"], "for one seed use --seed 5."), (["--seeds", "1-x"], "\"1-x\" is no such range."),
        (["--seeds", "1-2-3"], "\"1-2-3\" has more."), (["--seed", "x"], "A seed is a whole number, such as 1."),
        (["--seed", "1", "--steps", "0"], "--steps takes a number from 1; it was 0."),
        (["--seed", "1", "--jobs", "0"], "--jobs takes a number from 1 to 256; it was 0."),
        (
            ["--seed", "1", "--trace", "/nonexistent/trace"],
            "Cannot write /nonexistent/trace: No such file or directory."
        ),
    ])
    func `the simulator says what is wrong with its options`(options: [String], words: String) throws {
        // One sentence: what, where, what to do.
        let run = try ProgramRun(["simulate"] + options)
        #expect(run.code == 2)
        #expect(run.complaint.contains(words), "\(run.complaint)")
        #expect(run.complaint.split(separator: "\n").count == 1)
    }

    @Test(arguments: [
        ("replica.lag.time", "--set takes name=value, such as replica.lag.time.max.ms=5000; not \"replica.lag.time\"."),
        ("no.such=1", "--set no.such=1: Unknown broker config name: no.such."),
        (
            "min.insync.replicas=0",
            "--set min.insync.replicas=0: Invalid value 0 for configuration min.insync.replicas: Value must be at least 1."
        ),
        ("node.id=7", "--set node.id=7: node.id differs from node to node, and klamm gives it to each."),
    ])
    func `a broker setting that cannot be set is named with the reason`(assignment: String, words: String) throws {
        // In words of Kafka's, which users look up.
        for command in ["serve", "console", "bench"] {
            let run = try ProgramRun([command, "--set", assignment])
            #expect(run.code == 2)
            #expect(run.complaint.contains(words), "\(run.complaint)")
        }
    }

    @Test func `an unknown terminal type is named, and the shell stays as it was`() throws {
        // initscr would have ended the program with words of its own.
        let program = try ConsoleProgram(["--no-demo"], environment: ["TERM": "no-such-terminal"])
        let status = try program.end()
        #expect(status >> 8 & 0xFF == 2)
        #expect(program.shows("'no-such-terminal' is unknown"))
        #expect(program.isCooked)
    }
}

/// A program without a terminal, run to its end.
struct ProgramRun {
    var code: CInt
    var complaint: String

    /// What it says in good order is thrown away, or comes with its complaints.
    init(_ arguments: [String], withOutput: Bool = false) throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ConsoleProgram.Failure(description: "no pipe") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, withOutput ? ends[1] : 0, 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        let process = withCStrings([ConsoleProgram.path] + arguments) { words in
            withCStrings(["HOME=/nonexistent", "TERM=xterm-256color"]) { variables in
                klamm_spawn(ConsoleProgram.path, &actions, 0, words, variables)
            }
        }
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        guard process >= 0 else { throw ConsoleProgram.Failure(description: "\(ConsoleProgram.path) did not start") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(ends[0], &chunk, chunk.count)
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        close(ends[0])
        var status: CInt = 0
        waitpid(process, &status, 0)
        code = status >> 8 & 0xFF
        complaint = String(decoding: bytes, as: UTF8.self)
    }
}
