import Glibc
import Testing

/// The real program on terminals that are resized, tiny, huge, slow, gone, and full of odd characters.
@Suite(.serialized, .ownThread) struct ConsoleTerminalTests {
    /// Every row of the first framed box begins and ends with its frame.
    private static func isWhole(_ program: ConsoleProgram, columns: Int) -> Bool {
        let rows = program.screen
        guard let top = rows.firstIndex(where: { $0.hasPrefix("╭") && $0.hasSuffix("╮") && $0.count == columns }),
            let bottom = rows[top...].firstIndex(where: { $0.hasPrefix("╰") && $0.hasSuffix("╯") })
        else { return false }
        return rows[(top + 1)..<bottom].allSatisfy { $0.hasPrefix("│") && $0.hasSuffix("│") }
    }

    @Test func `a storm of sizes ends in a whole picture, and the keys still work`() throws {
        // Tiling window managers send dozens of sizes while a window is dragged.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        for step in 0..<60 {
            program.resize(columns: 20 + (step * 37) % 230, rows: 4 + (step * 13) % 70)
            if step % 7 == 0 { usleep(15_000) }
        }
        program.resize(columns: 100, rows: 30)
        try program.expect("a whole picture of 100 columns") {
            Self.isWhole($0, columns: 100) && $0.screen[28].contains("topics")
        }
        program.type("1")
        try program.expect("Brokers(all)")
        program.type("q")
        try program.expect("q once more leaves klamm")
        program.type("q")
        #expect(try program.end() == 0)
    }

    @Test func `a window of one cell and one of a wall are both survived`() throws {
        // Both happen by accident, and a cluster must not die of them.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        for size in [(1, 1), (2, 1), (1, 30), (300, 2), (79, 24), (80, 23)] {
            program.resize(columns: size.0, rows: size.1)
            usleep(20_000)
        }
        program.resize(columns: 400, rows: 120)
        try program.expect("a whole picture of 400 columns") {
            Self.isWhole($0, columns: 400) && $0.screen[118].contains("topics")
        }
        program.resize(columns: 80, rows: 24)
        try program.expect("a whole picture of 80 columns") { Self.isWhole($0, columns: 80) }
    }

    @Test func `characters of every width keep the frame in its column`() throws {
        // One glyph that is drawn wider than it was reckoned shifts the rest of its line.
        let program = try ConsoleProgram(["--no-demo"])
        try program.expect("3/3 up")
        program.type("c")
        try program.expect("Create a topic")
        program.type("odd\r")
        try program.expect("Created topic odd")
        program.type("/odd\r")
        try program.expect("[1 of 1] /odd")
        program.type("r")
        try program.expect("Records(odd)")
        let values = [
            "日本語 한글 ｆｕｌｌ", "e\u{301}a\u{308}o\u{302}\u{323} ก็", "👩‍👩‍👧 👍🏽 🇩🇪 ❤️ ☕", "\u{202E}back\u{202C} a\u{200B}b",
            "ａ\u{0300}\u{0301}\u{0302}x",
        ]
        for (index, value) in values.enumerated() {
            program.type("p")
            try program.expect("Write a record")
            program.type("\t\u{1B}[200~\(value)\u{1B}[201~")
            program.type("\r")
            try program.expect("at offset \(index)")
        }
        program.type("b")
        try program.expect("all records in whole rows") { program in
            Self.isWhole(program, columns: 120) && program.shows("[5]") && program.shows("日本語 한글 ｆｕｌｌ")
                && program.shows("👍") && program.shows("e\u{301}a\u{308}")
        }
        // The records go with the cluster: q asks, and esc stays.
        program.type("qq")
        try program.expect("the records counted") { program in
            // In their own column: they come at a rate, too.
            program.screen.contains { $0.split(separator: " ").starts(with: ["│", "●", "odd", "1", "3", "0", "5"]) }
        }
        program.type("q")
        try program.expect("5 records of 1 topic go with it")
        program.type("\u{1B}")
        try program.expect("no question") { !$0.shows("End this cluster?") }
        program.type("qy")
        #expect(try program.end() == 0)
    }

    @Test func `a terminal that reads slowly gets every key's answer in the end`() throws {
        // Over ssh a picture takes a while; it must not be torn, and keys typed meanwhile must count.
        let program = try ConsoleProgram()
        try program.expect("3/3 up")
        try program.expect("orders")
        program.bytesAtOnce = 96
        program.type("1")
        try program.expect("Brokers(all)")
        program.type("2")
        try program.expect("Topics(all)")
        program.type("?")
        try program.expect("Help(topics)")
        program.type("\u{1B}")
        try program.expect("no help") { !$0.shows("Help(topics)") }
        program.bytesAtOnce = 65_536
        program.type(":q\r")
        #expect(try program.end() == 0)
    }

    @Test func `a terminal that nobody reads, and that then is gone, ends it in order`() throws {
        // A laptop that is closed over ssh: the kernel's buffer is full, and then the connection is cut.
        let folder = try ScratchFolder()
        let program = try ConsoleProgram(["--data-dir", folder.path])
        try program.expect("3/3 up")
        // Each key is a new picture; nobody reads them.
        for _ in 0..<400 { program.type("12") }
        usleep(500_000)
        program.closeTerminal()
        program.signal(SIGHUP)
        #expect(try program.end() == 0)
        #expect((1...3).allSatisfy { folder.has("broker-\($0)/.kafka_cleanshutdown") })
    }

    // MARK: The mouse

    private static func click(_ program: ConsoleProgram, _ words: String) throws {
        try program.expect(words)
        let row = try #require(program.screen.firstIndex { $0.contains(words) })
        let line = program.screen[row]
        let range = try #require(line.firstRange(of: words))
        let column = line.distance(from: line.startIndex, to: range.lowerBound)
        program.type("\u{1B}[<0;\(column + 2);\(row + 1)M\u{1B}[<0;\(column + 2);\(row + 1)m")
    }

    @Test func `a click selects, a second opens, and the terminal gets its mouse back`() throws {
        // The sequences that xterm and all others send, also in two pieces.
        let program = try ConsoleProgram()
        try program.expect("orders")
        try program.expect("__consumer_offsets")
        // The header has a line more for each client that starts: until then what is clicked may move away.
        try program.expect("Group      ▶ billing")
        #expect(String(decoding: program.output, as: UTF8.self).contains("\u{1B}[?1006h"))
        try Self.click(program, "5 scenarios")
        try program.expect("Scenarios(all)")
        try Self.click(program, "03-leader-dies")
        program.type("\u{1B}[<65;10;12M")
        program.type("\u{1B}[<0;")
        usleep(60_000)
        program.type("8;3M2")
        try program.expect("Topics(all)")
        // A picture comes in pieces: the second click is for when the first is seen.
        let topic = "● __consumer_offsets"
        try program.expect("the topics and no scenarios") { $0.shows(topic) && !$0.shows("03-leader-dies") }
        try Self.click(program, topic)
        try program.expect("the selected row") { program in
            guard let row = program.screen.firstIndex(where: { $0.contains(topic) }) else { return false }
            return program.background(row: row, column: 5) != program.background(row: 0, column: 5)
        }
        try Self.click(program, topic)
        try program.expect("Topic(__consumer_offsets)")
        program.type("q:q\r")
        #expect(try program.end() == 0)
        #expect(String(decoding: program.output, as: UTF8.self).contains("\u{1B}[?1006l"))
    }

    // MARK: Settings

    @Test func `a bad line of klamm toml is named, and a mended file is read at once`() throws {
        // Nobody restarts a cluster to try a theme.
        let folder = try ScratchFolder()
        let path = folder.path + "/klamm"
        mkdir(path, 0o755)
        folder.write("# mine\ntheme = \"no-such\"\nkeys.topics.help = [\"K\"]\n", to: "klamm/klamm.toml")
        let program = try ConsoleProgram(["--no-demo"], environment: ["XDG_CONFIG_HOME": folder.path])
        // It stays for some seconds only, and the cluster may take longer to start.
        try program.expect("klamm.toml:3: 'K' already means 'kill'")
        try program.expect("3/3 up")
        try program.expect("a dark background") { $0.background(row: 6, column: 0) == 0x0B_0B0B }
        folder.write("theme = \"light\"\nkeys.topics.help = [\"X\"]\n", to: "klamm/klamm.toml")
        try program.expect("The settings were read anew")
        try program.expect("another background") { $0.background(row: 6, column: 0) > 0xE0_0000 }
        program.type("X")
        try program.expect("Help(topics)")
        program.type("\u{3}")
        #expect(try program.end() == 0)
    }

    @Test func `mouse = false leaves the mouse to the terminal`() throws {
        // Who selects text with it all day has one word to say.
        let folder = try ScratchFolder()
        mkdir(folder.path + "/klamm", 0o755)
        folder.write("mouse = false\n", to: "klamm/klamm.toml")
        let program = try ConsoleProgram(["--no-demo"], environment: ["XDG_CONFIG_HOME": folder.path])
        try program.expect("3/3 up")
        #expect(!String(decoding: program.output, as: UTF8.self).contains("\u{1B}[?1000h"))
    }
}
