import EmbeddedClusters
import Testing

/// All tests of the suite wait for programs on one thread of its own.
struct OwnThreadTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await onOwnThread(function)
    }
}

extension Trait where Self == OwnThreadTrait {
    static var ownThread: Self { Self() }
}
