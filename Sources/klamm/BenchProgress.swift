import Glibc
import KafkaClient
import Synchronization

/// A bar on stderr while a round runs; nothing where stderr is not a terminal.
struct BenchProgress: Sendable {
    private let isShown: Bool

    init(isWanted: Bool) { isShown = isWanted && isatty(STDERR_FILENO) == 1 }

    /// What a round calls with the records that it has done. Draws at most ten times a second.
    func watch(_ title: String, total: Int) -> @Sendable (Int) -> Void {
        guard isShown else { return { _ in } }
        let watch = Watch()
        return { done in
            let now = monotonicNanoseconds()
            let isDue = watch.drawn.withLock { drawn in
                guard now - drawn >= 100_000_000 else { return false }
                drawn = now
                return true
            }
            if isDue { draw(title, done: done, total: total) }
        }
    }

    func end() {
        if isShown { write("\r\u{1B}[K") }
    }

    private final class Watch: Sendable {
        let drawn = Mutex<Int64>(0)
    }

    private func draw(_ title: String, done: Int, total: Int) {
        let share = min(1, max(0, Double(done) / Double(max(1, total))))
        let filled = Int(share * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        write("\r\u{1B}[K[\(bar)] \(Int(share * 100))%  \(title)")
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
