import Synchronization

/// One thread that does blocking calls one after the other, for callers that await them. It sleeps between them and
/// ends when the last reference to the worker goes.
final class BlockingWorker: Sendable {
    private let mailbox = Mailbox()

    init(name: String) {
        let mailbox = mailbox
        DedicatedThread(name: name) { mailbox.serve() }.detach()
    }

    deinit { mailbox.close() }

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            mailbox.post { continuation.resume(with: Result { try body() }) }
        }
    }

    private final class Mailbox: Sendable {
        private struct State {
            var jobs: [@Sendable () -> Void] = []
            var isClosed = false
        }
        private let state = Mutex(State())
        private let signal = Signal()

        func post(_ job: @escaping @Sendable () -> Void) {
            state.withLock { $0.jobs.append(job) }
            signal.raise()
        }

        func close() {
            state.withLock { $0.isClosed = true }
            signal.raise()
        }

        func serve() {
            while true {
                let (jobs, isClosed) = state.withLock { state in
                    defer { state.jobs = [] }
                    return (state.jobs, state.isClosed)
                }
                for job in jobs { job() }
                if isClosed && jobs.isEmpty { return }
                if jobs.isEmpty { signal.wait(untilNanoseconds: nil) }
            }
        }
    }
}
