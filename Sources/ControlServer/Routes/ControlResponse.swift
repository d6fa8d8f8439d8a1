/// An answer of HTTP.
package struct ControlResponse: Hashable, Sendable {
    package enum Body: Hashable, Sendable {
        case text(String)
        /// Server-sent events from the one after this number on, for as long as the client listens.
        case events(after: UInt64)
    }

    package var status: Int
    package var contentType: String
    package var headers: [ControlHeader] = []
    package var body: Body

    package init(status: Int = 200, contentType: String, _ body: Body) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    package static func json(_ value: JSONValue) -> Self {
        Self(contentType: "application/json", .text(value.text + "\n"))
    }

    package init(_ refusal: ControlRefusal) {
        status = refusal.status.rawValue
        contentType = "application/json"
        headers = refusal.headers
        body = .text(JSONValue.object([.init("error", .string(refusal.description))]).text + "\n")
    }
}
