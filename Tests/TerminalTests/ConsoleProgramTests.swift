import Glibc
import Testing

/// The real program in a pseudo-terminal: what pure tests of the console cannot see.
@Suite(.serialized, .ownThread) struct ConsoleProgramTests {
    @Test func `klamm shows three brokers and leaves by q`() throws {
        // The first thing anybody does.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        try program.expect("a terminal of its own") { $0.isAlternate && !$0.isCooked && !$0.hasCursor }
        program.type("1")
        try program.expect("Brokers(all)")
        try program.expect("127.0.0.1:")
        program.type("2qq")
        #expect(try program.end() == 0)
        // The shell gets its screen, cursor and line editing back.
        #expect(!program.isAlternate && program.hasCursor && program.isCooked)
    }

    @Test func `the demo moves, a killed leader is replaced, and comes back`() throws {
        // What klamm is for, through every layer at once.
        let program = try ConsoleProgram()
        try program.expect("orders")
        try program.expect("Stable: generation")
        program.type("/orders\r")
        try program.expect("[1 of 2] /orders")
        program.type("\r")
        try program.expect("Topic(orders)")
        program.type("K")
        // On a busy machine one may have been fenced before; who is down counts as a fault.
        try program.expect("2/3 up 1 fault")
        try program.expect("is led by")
        program.type("R")
        try program.expect("3/3 up")
        program.type("a")
        try program.expect("auto-commit ○ off")
        program.type("\u{3}")
        #expect(try program.end() == 0)
    }

    @Test func `a story is played and left, and then another`() throws {
        // The cluster of the first still goes when the second's starts.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        program.type(":scenario 02")
        // Their files are read beside all else.
        try program.expect("02-nobody-answers")
        program.type("\r")
        try program.expect("STORY")
        try program.expect("Seconds")
        program.type("\u{1b}")
        try program.expect("Left 02-nobody-answers")
        try program.expect("klamm's own cluster is back") { !$0.screen.contains { $0.contains("STORY") } }
        program.type(":scenario 03\r")
        try program.expect("03-leader-dies")
        program.type("\u{3}")
        #expect(try program.end() == 0)
    }

    @Test func `a topic is made, and a record written by hand is read back`() throws {
        // From keys through librdkafka, a broker's log and back onto the screen, in letters of one and two columns.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        program.type("c")
        try program.expect("Create a topic")
        program.type("notes\r")
        try program.expect("Created topic notes")
        // The answer may come before the picture that has the topic.
        program.type("/notes\r")
        try program.expect("[1 of 1] /notes")
        program.type("r")
        try program.expect("Records(notes)")
        program.type("p")
        try program.expect("Write a record")
        program.type("\tgröße 日本\r")
        try program.expect("at offset 0")
        program.type("e")
        try program.expect("the record in its row") {
            $0.screen.contains { $0.hasPrefix("│    0") && $0.contains("größe 日本") }
        }
    }

    @Test func `keys that terminals send as sequences reach the console, and a lone escape too`() throws {
        // An escape must not wait for a sequence that never comes, nor a sequence fall apart into letters.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        program.type("\u{1B}OP")
        try program.expect("Help(topics)")
        program.type("\u{1B}[6~\u{1B}[6~")
        try program.expect("Draw the screen anew")
        program.type("\u{1B}")
        try program.expect("no help") { !$0.shows("Help(topics)") }
        program.type("\u{1B}[1;2C")
        try program.expect("a sorted column") { $0.shows("↑") || $0.shows("↓") }
    }

    @Test func `a smaller window is filled, a too small one says so, and both come back`() throws {
        // Terminals are resized all the time; ncurses' own handler misses it on another thread.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        program.resize(columns: 80, rows: 24)
        try program.expect("a frame of 80 columns") { $0.screen.contains { $0.count == 80 && $0.hasSuffix("╮") } }
        program.resize(columns: 60, rows: 12)
        try program.expect("80") { !$0.shows("Topics(all)") && $0.shows("80") }
        program.resize(columns: 120, rows: 40)
        try program.expect("a frame of 120 columns") { $0.screen.contains { $0.count == 120 && $0.hasSuffix("╮") } }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `a signal ends it in order`(signal: CInt) throws {
        // Killing klamm must not cost the user their terminal.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        program.signal(signal)
        #expect(try program.end() == 0)
        #expect(!program.isAlternate && program.hasCursor && program.isCooked)
    }

    @Test func `a terminal that closes ends it in order, though it says so twice`() throws {
        // The kernel tells the foreground's processes, and so does the shell; the second must not cut the stop short.
        let folder = try ScratchFolder()
        let program = try ConsoleProgram(["--no-demo", "--data-dir", folder.path])
        try program.expect("3/3 up")
        program.closeTerminal()
        for _ in 0..<10 {
            usleep(10_000)
            program.signal(SIGHUP)
        }
        #expect(try program.end() == 0)
        #expect((1...3).allSatisfy { folder.has("broker-\($0)/.kafka_cleanshutdown") })
    }

    @Test func `a crash leaves the terminal usable and says where to look`() throws {
        // A trap in any thread ends the process; nobody gets to run code of Swift's then.
        let program = try ConsoleProgram(["--no-demo"], environment: ["SWIFT_BACKTRACE": "enable=no"])
        try program.expect("3/3 up")
        program.signal(SIGILL)
        #expect(try program.end() & 0x7F == SIGILL)
        #expect(!program.isAlternate && program.hasCursor && program.isCooked)
        #expect(program.shows("klamm crashed; the cause is at the end of"))
    }

    @Test func `ctrl-z gives the shell back, and fg the console`() throws {
        // The whole program stops, brokers too, as any program does.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        program.type("\u{1A}")
        try program.stop()
        // What it has written before it stopped may still lie in the terminal.
        try program.expect("the shell's screen") { !$0.isAlternate && $0.hasCursor && $0.isCooked }
        program.signal(SIGCONT)
        try program.expect("the console again") { $0.isAlternate && $0.shows("Topics(all)") }
        program.type("qq")
        #expect(try program.end() == 0)
    }

    @Test func `a paste is text where text is wanted, and nothing elsewhere`() throws {
        // A letter of it could kill a broker.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        program.type("\u{1B}[200~q1K\u{1B}[201~/")
        program.type("\u{1B}[200~größe\u{1B}[201~")
        try program.expect("/größe")
        try program.expect("Topics(")
    }

    @Test func `LANG=C still draws frames, and NO_COLOR no colours`() throws {
        // Both are common in containers and over SSH.
        let program = try ConsoleProgram(["--no-demo"], environment: ["LANG": "C", "NO_COLOR": "1"])
        try program.expect("3/3 up")
        try program.expect("╭─")
        try program.expect("╰─")
        let output = String(decoding: program.output, as: UTF8.self)
        #expect(!output.contains("[38;5;") && !output.contains("[48;5;"))
        #expect((0..<8).allSatisfy { !output.contains("\u{1B}[3\($0)m") && !output.contains("\u{1B}[4\($0)m") })
    }

    @Test(arguments: [("xterm-256color", 0x0B_0B0B), ("linux", 0x00_0000), ("xterm-true", 0x0F_141B)])
    func `the theme's colours come as near as the terminal can`(terminal: String, background: Int) throws {
        // One theme serves terminals of every depth.
        let terminfo = try TrueColorTerminfo()
        let program = try ConsoleProgram(
            ["--no-demo"], environment: ["TERM": terminal, "TERMINFO_DIRS": "\(terminfo.folder):"])
        try program.expect("3/3 up")
        // A picture arrives in pieces, from the top.
        try program.expect("the background") { $0.background(row: 6, column: 0) == background }
    }
}
