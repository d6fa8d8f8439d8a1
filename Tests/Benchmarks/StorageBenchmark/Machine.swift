import Glibc
import KafkaServer

/// What the system says about this process and its time.
enum Machine {
    static var nanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Bytes of memory that are really there.
    static var residentBytes: Int {
        let fields = text(of: "/proc/self/statm").split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Bytes that calls have read so far, from wherever they came.
    static var bytesRead: Int {
        for line in text(of: "/proc/self/io").split(separator: "\n") where line.hasPrefix("rchar: ") {
            return Int(line.dropFirst("rchar: ".count)) ?? 0
        }
        return 0
    }

    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { return 0 }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    private static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

/// A folder of our own for the files of one run.
struct ScratchFolder {
    let path: String

    init() throws {
        let parent = getenv("KLAMM_BENCHMARK_FOLDER").map { String(cString: $0) } ?? "/tmp"
        var name = Array("\(parent)/storage-benchmark-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw BenchmarkError(reason: "no folder below \(parent): errno \(errno)") }
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        let parent = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        let name = path.dropFirst(parent.count + 1)
        try? FileDisk(root: String(parent)).remove(String(name))
    }
}

struct BenchmarkError: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
}

extension Double {
    /// With two digits after the point.
    var short: String {
        let scaled = (self * 100).rounded()
        let digits = String(Int(abs(scaled).truncatingRemainder(dividingBy: 100)))
        return "\(Int(scaled / 100)).\(digits.count == 1 ? "0" : "")\(digits)"
    }
}
