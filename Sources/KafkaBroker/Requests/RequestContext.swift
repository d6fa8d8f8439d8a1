import KafkaProtocol

/// Where a request came from and how its answer must look: all that is needed to answer it later.
package struct RequestContext: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        /// A client's connection, and the place of the answer in that connection's order.
        case client(ConnectionID, sequence: UInt64)
        /// Another node; its answers have no order among themselves.
        case peer(BrokerID)
    }

    package var source: Source
    package var apiKey: APIKey
    package var version: Int16
    package var correlationId: Int32
    package var clientId: String?

    package init(source: Source, apiKey: APIKey, version: Int16, correlationId: Int32, clientId: String?) {
        self.source = source
        self.apiKey = apiKey
        self.version = version
        self.correlationId = correlationId
        self.clientId = clientId
    }

    package var isFromPeer: Bool {
        switch source {
        case .peer: true
        case .client: false
        }
    }
}
