import Glibc
import KafkaClient
import KafkaCluster
import KafkaProtocol

/// The user's own commands that break and mend brokers which klamm did not start.
struct FaultCommands: Sendable {
    var commands: [FaultDeed: String]

    /// What a shell is told, with the broker's id in its place.
    func command(for fault: Fault) throws(Refusal) -> String {
        guard let (deed, broker) = FaultDeed.of(fault) else {
            throw Refusal("no command can be given for this: \(fault)")
        }
        guard let command = commands[deed] else {
            throw Refusal("klamm.toml has no command \(deed.rawValue) for this cluster")
        }
        // An id is a number: nothing in it means anything to a shell.
        return Self.replacing("{broker}", by: "\(broker)", in: command)
    }

    /// Returns when the command has ended well; throws its last words if it has not.
    func run(_ fault: Fault) async throws {
        let command = try command(for: fault)
        try await DedicatedThread.run(name: "klamm-fault") { try Self.run(command) }
    }

    private static func run(_ command: String) throws(Refusal) {
        guard let pipe = popen("{ \(command)\n} 2>&1 </dev/null", "re") else {
            throw Refusal("no shell: \(String(cString: strerror(errno)))")
        }
        var words: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&bytes, 1, bytes.count, pipe)
            if count == 0 { break }
            words = Array((words + bytes[..<count]).suffix(4096))
        }
        let status = pclose(pipe)
        guard status != 0 else { return }
        let last = String(decoding: words, as: UTF8.self).split(separator: "\n").last.map { ": \($0)" } ?? ""
        let code = (status >> 8) & 0xff
        throw Refusal("\"\(command)\" ended with \(code)\(last)")
    }

    private static func replacing(_ mark: String, by text: String, in command: String) -> String {
        var rest = command[...]
        var result = ""
        while let range = rest.firstRange(of: mark) {
            result += rest[..<range.lowerBound] + text
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
