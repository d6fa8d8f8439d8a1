import CRdkafka
import Glibc
import Synchronization

/// Hands a client of librdkafka the tokens that it asks for, as long as it is there: a token may come when it is gone.
final class TokenGate: Sendable {
    private struct State {
        /// A pointer as a number, since nobody but librdkafka looks behind it.
        var client: UInt?
        var source: TokenSource?
    }

    private let state = Mutex(State())

    func open(_ client: OpaquePointer, _ source: TokenSource) {
        let client = UInt(bitPattern: client)
        state.withLock { $0 = State(client: client, source: source) }
    }

    /// Returns when nobody is within any more.
    func close() { state.withLock { $0 = State() } }

    /// Returns at once; the token follows. librdkafka asks again when a fifth of a token's life is left, and some seconds after
    /// a failure.
    func refresh() {
        guard let source = state.withLock({ $0.source }) else { return }
        Task {
            do { self.give(try await source.token()) } catch { self.fail("\(error)") }
        }
    }

    private func give(_ token: OAuthToken) {
        let failure: String? = withClient { client in
            let texts: [String] = token.extensions.flatMap { [$0.name, $0.value] }
            let copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
            defer { for copy in copies { free(copy) } }
            var strings = copies.map { copy in UnsafePointer<CChar>(copy) }
            do throws(ClientError) {
                try withErrorText { text, size in
                    let count = strings.count
                    return strings.withUnsafeMutableBufferPointer { extensions in
                        rd_kafka_oauthbearer_set_token(
                            client, token.text, token.expiresAt, token.principal, extensions.baseAddress, count, text,
                            size)
                    } == RD_KAFKA_RESP_ERR_NO_ERROR
                }
                return nil
            } catch {
                return error.reason
            }
        }
        if let failure { fail(failure) }
    }

    private func fail(_ reason: String) {
        _ = withClient { client in
            rd_kafka_oauthbearer_set_token_failure(client, reason)
            return nil
        }
    }

    /// Nothing happens where the client is gone.
    private func withClient(_ body: (OpaquePointer) -> String?) -> String? {
        state.withLock { state in state.client.flatMap { OpaquePointer(bitPattern: $0) }.flatMap(body) }
    }
}
