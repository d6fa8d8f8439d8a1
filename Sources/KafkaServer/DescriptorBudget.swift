import Glibc
import Synchronization

/// How many descriptors of files the nodes of this process may hold together: three quarters of what the process may
/// open, so that sockets, and the duplicates that are sent or flushed, find room.
package final class DescriptorBudget: Sendable {
    package static let shared = DescriptorBudget(limit: processLimit / 4 * 3)

    private let limit: Int
    private let taken = Atomic<Int>(0)

    package init(limit: Int) { self.limit = limit }

    package var count: Int { taken.load(ordering: .relaxed) }

    /// A disk that opens another file closes one of its own first.
    var isSpent: Bool { count >= limit }

    func take() { taken.add(1, ordering: .relaxed) }

    func giveBack(_ count: Int) { taken.subtract(count, ordering: .relaxed) }

    /// What the process finds when it asks first: it has raised its limit by then.
    private static var processLimit: Int {
        var found = rlimit()
        guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &found) == 0 else { return 1024 }
        return Int(clamping: min(found.rlim_cur, 1 << 20))
    }
}
