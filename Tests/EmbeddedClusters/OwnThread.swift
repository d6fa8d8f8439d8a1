import Dispatch

/// A thread for tests that wait with blocking calls, for a program or an answer; one task after another.
///
/// In Swift's cooperative pool, which has a thread per core, a few such tests would hold up the clusters of all others.
package final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "klamm-test")

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}
