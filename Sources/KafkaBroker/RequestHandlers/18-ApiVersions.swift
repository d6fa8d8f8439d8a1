import KafkaProtocol
import NIOCore

/// ApiVersions (key 18), versions 0-4.
///
/// Lists what `ServedAPIs` holds. A version that is not known is answered in version 0 with UNSUPPORTED_VERSION and the
/// versions of this API, so that a newer client can ask again (KIP-511).
extension Broker {
    mutating func handleApiVersions(_ context: RequestContext, _ body: ByteBuffer) throws(ProtocolError) {
        _ = try ApiVersionsRequest(decoding: body, version: context.version)
        var response = ApiVersionsResponse()
        response.apiKeys = ServedAPIs.all.map(Self.describe)
        respond(context, with: response)
    }

    mutating func refuseApiVersions(_ context: RequestContext) {
        var response = ApiVersionsResponse()
        response.errorCode = .unsupportedVersion
        response.apiKeys = ServedAPIs.all.filter { $0.key == .apiVersions }.map(Self.describe)
        var old = context
        old.version = 0
        respond(old, with: response)
    }

    private static func describe(_ api: ServedAPIs.API) -> ApiVersionsResponse.ApiVersion {
        var version = ApiVersionsResponse.ApiVersion()
        version.apiKey = api.key.rawValue
        version.minVersion = api.versions.lowerBound
        version.maxVersion = api.versions.upperBound
        return version
    }
}
