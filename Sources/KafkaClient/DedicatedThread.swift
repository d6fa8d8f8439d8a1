import CRdkafka
import Glibc
import Synchronization

/// A thread of its own for code that blocks inside librdkafka, which must never happen in Swift's cooperative pool.
package final class DedicatedThread: @unchecked Sendable {
    private let thread: pthread_t

    /// `name` is what `top -H` shows; Linux keeps fifteen bytes of it.
    package init(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runThread, start.toOpaque())
        precondition(code == 0, "the system has no thread left for klamm (pthread_create: \(code))")
        self.thread = thread
    }

    /// Waits for its end. Once, by its owner; a thread that is not joined is detached by `detach`.
    package func join() { pthread_join(thread, nil) }

    package func detach() { pthread_detach(thread) }

    /// Runs code that blocks on a thread made for it.
    package static func run<Value: Sendable>(
        name: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DedicatedThread(name: name) { continuation.resume(with: Result { try body() }) }.detach()
        }
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    pthread_setname_np(pthread_self(), String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
    start.body()
    return nil
}
