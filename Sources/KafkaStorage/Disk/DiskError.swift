/// A call to the disk that failed: what was tried, on which path, and the system's reason.
package struct DiskError: Error, Hashable, Sendable, CustomStringConvertible {
    package var operation: String
    package var path: String
    package var reason: String

    package init(operation: String, path: String, reason: String) {
        self.operation = operation
        self.path = path
        self.reason = reason
    }

    package var description: String { "cannot \(operation) \(path): \(reason)" }
}
