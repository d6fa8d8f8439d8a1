/// A call to the disk that failed: what was tried, on which path, and the system's reason.
package struct DiskError: Error, Hashable, Sendable, CustomStringConvertible {
    package var operation: String
    package var path: String
    package var reason: String
    /// The call itself went well, but what came back is not what was written: bytes flipped, or a file that is shorter than
    /// it was. Such a log is of no use, while the rest of the disk is.
    package var isDamage: Bool

    package init(operation: String, path: String, reason: String, isDamage: Bool = false) {
        self.operation = operation
        self.path = path
        self.reason = reason
        self.isDamage = isDamage
    }

    static func damage(_ path: String, _ reason: String) -> Self {
        Self(operation: "read", path: path, reason: reason, isDamage: true)
    }

    package var description: String { "cannot \(operation) \(path): \(reason)" }
}
