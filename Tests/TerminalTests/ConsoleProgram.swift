import CVterm
import Glibc
import Testing

/// The real program in a pseudo-terminal, its screen read by libvterm.
///
/// Every expectation polls: it is met as soon as the screen shows it, and fails with the screen after a limit.
final class ConsoleProgram {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Where `swift test` puts the tests, it puts the program.
    static let path: String = {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &bytes, bytes.count - 1)
        let own = String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/klamm"
    }()

    private static let millisecondsMax = 20_000
    private var master: CInt
    private let emulator: OpaquePointer
    private var rows: Int
    private var status: CInt?
    /// All that was written is read.
    private var isHungUp = false
    let process: pid_t
    /// Everything that the program has written.
    private(set) var output: [UInt8] = []
    /// So much is read at a time, of a picture that comes in pieces.
    var bytesAtOnce = 65_536

    init(
        _ arguments: [String] = [], columns: Int = 120, rows: Int = 40, environment: [String: String] = [:]
    ) throws {
        let master = klamm_pty_open(CInt(columns), CInt(rows))
        self.master = master
        guard master >= 0 else { throw Failure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))") }
        emulator = klamm_emulator_new(CInt(columns), CInt(rows))
        self.rows = rows
        var variables = [
            "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "TZ": "UTC",
        ]
        variables.merge(environment) { _, new in new }
        let place = arguments.contains("--data-dir") ? [] : ["--ephemeral"]
        let words = [Self.path, "--port", "0"] + place + arguments
        process = withCStrings(words) { words in
            withCStrings(variables.map { "\($0.key)=\($0.value)" }) { variables in
                klamm_pty_spawn(master, Self.path, words, variables)
            }
        }
        guard process > 0 else { throw Failure(description: "\(Self.path) did not start") }
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        klamm_emulator_free(emulator)
        if master >= 0 { close(master) }
    }

    // MARK: What the screen shows

    var screen: [String] {
        (0..<rows).map { row in
            var bytes = [CChar](repeating: 0, count: 4096)
            let count = klamm_emulator_row(emulator, CInt(row), &bytes, bytes.count)
            return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    var isAlternate: Bool { klamm_emulator_is_alternate(emulator) }
    var hasCursor: Bool { klamm_emulator_has_cursor(emulator) }
    var isCooked: Bool { klamm_pty_is_cooked(master) }
    func background(row: Int, column: Int) -> Int { Int(klamm_emulator_background(emulator, CInt(row), CInt(column))) }
    func shows(_ text: String) -> Bool { screen.contains { $0.contains(text) } }

    /// Waits until the screen shows this text.
    func expect(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try expect("shows \"\(text)\"", sourceLocation: sourceLocation) { $0.shows(text) }
    }

    func expect(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, until isMet: (ConsoleProgram) -> Bool
    ) throws {
        for _ in 0..<Self.millisecondsMax / 20 {
            if isMet(self) { return }
            feed(milliseconds: 20)
        }
        Issue.record("never: \(what). The screen:\n\(screen.joined(separator: "\n"))", sourceLocation: sourceLocation)
        throw Failure(description: "never: \(what)")
    }

    // MARK: What a user does

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        write(master, bytes, bytes.count)
    }

    func resize(columns: Int, rows: Int) {
        self.rows = rows
        klamm_emulator_resize(emulator, CInt(columns), CInt(rows))
        klamm_pty_resize(master, CInt(columns), CInt(rows))
    }

    func signal(_ number: CInt) { kill(process, number) }

    /// The window is closed: nobody holds the terminal's other end any more.
    func closeTerminal() {
        close(master)
        master = -1
    }

    /// Waits for the end. What `wait` of C says: exit code or signal.
    func end(sourceLocation: SourceLocation = #_sourceLocation) throws -> CInt {
        var result: CInt = 0
        try expect("ends", sourceLocation: sourceLocation) { $0.reap(options: WNOHANG, &result) }
        status = result
        readLast()
        return result
    }

    /// What it wrote last comes a moment later: the kernel hands it over on a thread of its own, and tells of the hang-up
    /// behind it.
    private func readLast() {
        var waits = 0
        while master >= 0, !isHungUp, waits < 100 { if !feed(milliseconds: 20) { waits += 1 } }
        while feed(milliseconds: 0) {}
    }

    /// Waits until the process has been stopped, as by ctrl-z.
    func stop() throws {
        var result: CInt = 0
        try expect("stops") { $0.reap(options: WNOHANG | WUNTRACED, &result) && result & 0xFF == 0x7F }
        while feed(milliseconds: 0) {}
    }

    private func reap(options: CInt, _ result: inout CInt) -> Bool {
        waitpid(process, &result, options) == process
    }

    /// Reads what the program has written, waiting for it so long. Returns whether there was something.
    @discardableResult
    private func feed(milliseconds: Int) -> Bool {
        guard master >= 0 else {
            usleep(useconds_t(milliseconds * 1000))
            return false
        }
        var file = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&file, 1, CInt(milliseconds)) > 0, file.revents & Int16(POLLIN) != 0 else {
            // Nobody holds the other end: poll returns at once.
            if file.revents & Int16(POLLHUP) != 0 {
                isHungUp = true
                if milliseconds > 0 { usleep(1000) }
            }
            return false
        }
        var bytes = [CChar](repeating: 0, count: 65_536)
        let count = read(master, &bytes, bytesAtOnce)
        guard count > 0 else { return false }
        output += bytes[..<count].map { UInt8(bitPattern: $0) }
        klamm_emulator_feed(emulator, bytes, count)
        let answered = klamm_emulator_answer(emulator, &bytes, bytes.count)
        if answered > 0 { write(master, bytes, answered) }
        return true
    }
}

/// C's NULL-terminated list of strings.
func withCStrings<Value>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value) -> Value {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
