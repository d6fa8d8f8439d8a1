import Dispatch

/// A thread for tests that wait with blocking calls, for a program or an answer; one task after another.
///
/// In Swift's cooperative pool, which has a thread per core, a few such tests would hold up the clusters of all others.
final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "klamm-test")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}

/// Runs the body on a thread of its own. The tasks that it starts in Swift's pool go before the tests that only reckon:
/// a thousand of these stand in the pool's line from the first moment on, and each step of a client that was behind
/// them took a minute.
package func onOwnThread(_ body: () async throws -> Void) async throws {
    try await withoutActuallyEscaping(body) { body in
        // The caller waits until the task is over.
        nonisolated(unsafe) let body = body
        let task = Task(priority: .high) { try await withTaskExecutorPreference(OwnThread()) { try await body() } }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
