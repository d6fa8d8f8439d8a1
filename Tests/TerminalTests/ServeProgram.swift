import CVterm
import Glibc

/// `klamm serve` as a script runs it: lines in, lines of JSON out.
final class ServeProgram {
    private static let millisecondsMax: CInt = 30_000
    let process: pid_t
    private let input: CInt
    private let output: CInt
    private var read: [UInt8] = []
    private var status: CInt?
    /// Everything that it has said.
    private(set) var lines: [String] = []

    /// Returns when the cluster is ready.
    init(_ arguments: [String] = []) throws {
        var (inward, outward): ([CInt], [CInt]) = ([-1, -1], [-1, -1])
        guard pipe(&inward) == 0, pipe(&outward) == 0 else { throw ConsoleProgram.Failure(description: "no pipe") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, inward[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outward[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let place = arguments.contains("--data-dir") ? [] : ["--ephemeral"]
        let process = withCStrings([ConsoleProgram.path, "serve", "--port", "0"] + place + arguments) { words in
            withCStrings(["HOME=/nonexistent"]) { variables in
                klamm_spawn(ConsoleProgram.path, &actions, 0, words, variables)
            }
        }
        posix_spawn_file_actions_destroy(&actions)
        close(inward[0])
        close(outward[1])
        (input, output, self.process) = (inward[1], outward[0], process)
        guard process >= 0 else { throw ConsoleProgram.Failure(description: "\(ConsoleProgram.path) did not start") }
        _ = try expect("bootstrap.servers")
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(input)
        close(output)
    }

    /// Gives it a line and returns its answer.
    func ask(_ line: String) throws -> String {
        let bytes = Array((line + "\n").utf8)
        write(input, bytes, bytes.count)
        while true {
            let answer = try next()
            if answer.hasPrefix("{\"ok\"") || answer.hasPrefix("{\"error\"") { return answer }
        }
    }

    /// Waits for a line with these words in it; what was said before counts too.
    func expect(_ words: String) throws -> String {
        if let known = lines.first(where: { $0.contains(words) }) { return known }
        while true {
            let line = try next()
            if line.contains(words) { return line }
        }
    }

    private func next() throws -> String {
        while true {
            if let end = read.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: read[..<end], as: UTF8.self)
                read.removeFirst(end + 1)
                lines.append(line)
                return line
            }
            var file = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            var bytes = [UInt8](repeating: 0, count: 4096)
            guard poll(&file, 1, Self.millisecondsMax) > 0, case let count = Glibc.read(output, &bytes, bytes.count),
                count > 0
            else { throw ConsoleProgram.Failure(description: "nothing more came after \(lines.suffix(5))") }
            read += bytes[..<count]
        }
    }

    func signal(_ number: CInt) { kill(process, number) }

    /// Waits for the end. What `wait` of C says: exit code or signal.
    func end() throws -> CInt {
        var result: CInt = 0
        for _ in 0..<Self.millisecondsMax / 10 {
            if waitpid(process, &result, WNOHANG) == process {
                status = result
                return result
            }
            usleep(10_000)
        }
        throw ConsoleProgram.Failure(description: "it goes on after \(lines.suffix(5))")
    }
}
