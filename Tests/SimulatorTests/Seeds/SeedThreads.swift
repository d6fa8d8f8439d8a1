import Foundation
import KafkaProtocol
import Simulator

/// Plays seeds on two threads of its own, which give way to all others: tests with real clocks and sockets run beside them.
final class SeedThreads: @unchecked Sendable {
    static let shared = SeedThreads()

    private let condition = NSCondition()
    private var waiting: [() -> Void] = []

    private init() {
        for _ in 0..<2 {
            let thread = Thread { [unowned self] in
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
                while true { next()() }
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private func next() -> () -> Void {
        condition.withLock {
            while waiting.isEmpty { condition.wait() }
            return waiting.removeFirst()
        }
    }

    func run(_ seed: UInt64, breaking rule: Rule? = nil) async -> Simulation.Outcome {
        await withCheckedContinuation { continuation in
            condition.withLock {
                waiting.append { continuation.resume(returning: Simulation.run(seed: seed, breaking: rule)) }
                condition.signal()
            }
        }
    }
}
