import Glibc

/// Processor time of this process, and how much of it its clients have used: what is left is the brokers'.
///
/// Clients are the threads of librdkafka and those that klamm starts for its own clients; both carry names of their own.
/// A thread's clock ends with it, so both readings are taken while the clients live.
struct BenchThreadClocks {
    private(set) var processNanoseconds: Int64
    private(set) var clientNanoseconds: Int64

    static func now() -> Self {
        var client: Int64 = 0
        for thread in threads() where isClient(name(of: thread)) { client += clock(of: thread) }
        return Self(processNanoseconds: read(CLOCK_PROCESS_CPUTIME_ID), clientNanoseconds: client)
    }

    /// Nanoseconds that neither a client nor librdkafka's mock cluster has used since.
    func brokerNanoseconds(since start: Self) -> Int64 {
        max(0, (processNanoseconds - start.processNanoseconds) - (clientNanoseconds - start.clientNanoseconds))
    }

    private static func isClient(_ name: String) -> Bool { name.hasPrefix("rdk:") || name.hasPrefix("klamm-") }

    private static func threads() -> [pid_t] {
        guard let directory = opendir("/proc/self/task") else { return [] }
        defer { closedir(directory) }
        var threads: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let thread = pid_t(name) { threads.append(thread) }
        }
        return threads
    }

    private static func name(of thread: pid_t) -> String {
        let file = open("/proc/self/task/\(thread)/comm", O_RDONLY)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = Glibc.read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Linux numbers the clock of any thread of a process by its id.
    private static func clock(of thread: pid_t) -> Int64 { read(clockid_t((~thread << 3) | 6)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
