import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, the second ends the process at once.
///
/// A SIGHUP never is the second: a terminal that closes tells it twice, by its shell and by the kernel. A process that was
/// started to ignore it, as `nohup` does, goes on ignoring it.
///
/// A handler passes the number through a pipe to a thread that does nothing else. Blocking the signals for a thread that
/// waits for them is not enough: the main thread parks in libdispatch, which lets all signals in again.
enum TerminationSignals {
    private struct State {
        var isWatching = false
        var signal: CInt?
        var waiting: [CheckedContinuation<CInt, Never>] = []
    }

    private static let state = Mutex(State())
    /// The pipe's ends: what a handler may touch must be there before it runs.
    private static let readEnd = Atomic<CInt>(-1)
    private static let writeEnd = Atomic<CInt>(-1)

    /// The first signal, whether it has come already or comes later.
    static func first() async -> CInt {
        await withCheckedContinuation { continuation in
            let already = state.withLock { state -> CInt? in
                if state.signal == nil { state.waiting.append(continuation) }
                return state.signal
            }
            if let already { continuation.resume(returning: already) }
        }
    }

    static var hasArrived: Bool { state.withLock { $0.signal != nil } }

    /// From now on the signals do not end the process. Once.
    static func watch() {
        guard
            state.withLock({ state in
                defer { state.isWatching = true }
                return !state.isWatching
            })
        else { return }
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        readEnd.store(ends[0], ordering: .sequentiallyConsistent)
        writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { _ in
                TerminationSignals.readSignals()
                return nil
            }, nil)
        precondition(failure == 0, "a thread for signals can be made")
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            var byte = UInt8(truncatingIfNeeded: number)
            let before = errno
            write(TerminationSignals.writeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
            errno = before
        }
        action.sa_flags = SA_RESTART
        sigaction(SIGINT, &action, nil)
        sigaction(SIGTERM, &action, nil)
        var before = sigaction()
        sigaction(SIGHUP, nil, &before)
        // SIG_IGN, which C compares as the address 1.
        let isIgnored = unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
        if !isIgnored { sigaction(SIGHUP, &action, nil) }
    }

    private static func readSignals() {
        let end = readEnd.load(ordering: .sequentiallyConsistent)
        var byte: UInt8 = 0
        while true {
            let count = read(end, &byte, 1)
            if count == 1 { took(CInt(byte)) } else if errno != EINTR { return }
        }
    }

    private static func took(_ signal: CInt) {
        let waiting = state.withLock { state -> [CheckedContinuation<CInt, Never>]? in
            guard state.signal == nil else { return nil }
            state.signal = signal
            defer { state.waiting = [] }
            return state.waiting
        }
        guard let waiting else {
            if signal == SIGHUP { return }
            _exit(128 + signal)
        }
        for continuation in waiting { continuation.resume(returning: signal) }
    }
}
