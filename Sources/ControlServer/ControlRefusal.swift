/// Why a request is not done: a status of HTTP, and a sentence for the one who asked.
package struct ControlRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Status: Int, Hashable, Sendable {
        case badRequest = 400
        case unauthorized = 401
        case forbidden = 403
        case notFound = 404
        case methodNotAllowed = 405
        /// What was waited for did not come.
        case timeout = 408
        /// The cluster is in no state for it.
        case conflict = 409
        case contentTooLarge = 413
        case internalError = 500
        case unavailable = 503
    }

    package var status: Status
    package var description: String
    /// What goes with the status, such as the methods that are allowed.
    package var headers: [ControlHeader] = []

    package init(_ status: Status, _ description: String, headers: [ControlHeader] = []) {
        self.status = status
        self.description = description
        self.headers = headers
    }
}

package struct ControlHeader: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
