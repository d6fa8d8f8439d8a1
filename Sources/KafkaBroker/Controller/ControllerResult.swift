import KafkaProtocol

/// What a handler makes of a request: the answer, and the records that must be durable before it is given. The handler
/// itself changes nothing; replaying the records does.
package struct ControllerResult<Response> {
    package var response: Response
    package var records: [MetadataRecord]
    /// Why brokers are fenced by the records, if any are.
    package var fencingReason: String

    package init(_ response: Response, records: [MetadataRecord] = [], fencingReason: String = "") {
        self.response = response
        self.records = records
        self.fencingReason = fencingReason
    }
}

/// An error with the sentence that goes with it.
package struct ControllerError: Error, Hashable, Sendable {
    package var code: ErrorCode
    package var message: String?

    package init(_ code: ErrorCode, _ message: String? = nil) {
        self.code = code
        self.message = message?.clipped
    }
}
