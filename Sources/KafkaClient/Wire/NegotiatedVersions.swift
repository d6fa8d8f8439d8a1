import KafkaProtocol
import NIOCore

/// Which version of each request a broker and we both know: the newest.
package struct NegotiatedVersions: Hashable, Sendable {
    package struct Unsupported: Error, Hashable, CustomStringConvertible {
        package var api: APIKey
        package var ours: ClosedRange<Int16>
        /// Nil where the broker does not know the request at all.
        package var theirs: ClosedRange<Int16>?

        package var description: String {
            guard let theirs else { return "the broker does not know \(api)" }
            return "the broker speaks \(api) in versions \(theirs.words), klamm in \(ours.words)"
        }
    }

    private var ranges: [APIKey: ClosedRange<Int16>] = [:]

    package init(_ response: ApiVersionsResponse) {
        for api in response.apiKeys where api.minVersion <= api.maxVersion {
            ranges[APIKey(rawValue: api.apiKey)] = api.minVersion...api.maxVersion
        }
    }

    package func version<Request: KafkaRequest>(for request: Request.Type) throws(Unsupported) -> Int16 {
        let theirs = ranges[Request.apiKey]
        let failure = Unsupported(api: Request.apiKey, ours: Request.versions, theirs: theirs)
        guard let theirs else { throw failure }
        let newest = min(theirs.upperBound, Request.versions.upperBound)
        guard newest >= max(theirs.lowerBound, Request.versions.lowerBound) else { throw failure }
        return newest
    }
}

extension ClosedRange<Int16> {
    fileprivate var words: String { "\(lowerBound)-\(upperBound)" }
}

/// The first exchange on a connection.
///
/// A broker that does not know our version of it says so in an answer of version 0. Since Kafka 2.4 (KIP-511) that names
/// the versions of this one request that it knows; from others it is empty, or in a form of their own. So we ask again.
package enum VersionQuestion {
    package static let version: Int16 = 3

    package static var request: ApiVersionsRequest {
        var request = ApiVersionsRequest()
        request.clientSoftwareName = "klamm"
        request.clientSoftwareVersion = "0.1.0"
        return request
    }

    /// The version to ask in after this answer to `version`; nil where it is an answer.
    package static func olderVersion(after frame: ByteBuffer) -> Int16? {
        // The error stands first in every version of the answer, after the correlation id.
        guard frame.getInteger(at: frame.readerIndex + 4) == ErrorCode.unsupportedVersion.rawValue else { return nil }
        let told = try? answer(in: frame, version: 0).apiKeys.first { $0.apiKey == ApiVersionsRequest.apiKey.rawValue }
        return told.map { max(0, min($0.maxVersion, version - 1)) } ?? 0
    }

    package static func answer(
        in frame: ByteBuffer, version: Int16
    ) throws(ProtocolError) -> ApiVersionsResponse {
        try ResponseFrame.decode(ApiVersionsResponse.self, apiVersion: version, from: frame).response
    }
}
