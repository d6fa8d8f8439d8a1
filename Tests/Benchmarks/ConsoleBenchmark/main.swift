import Console
import Glibc
import KafkaCluster
import KafkaProtocol

/// How long the console takes over a large cluster, from a key to the cells that change, and for a picture of its own.
///
/// ```
/// ConsoleBenchmark [columns] [rows]
/// ```
/// On each screen the same keys are pressed, with a new picture of the cluster before every tenth, and everything is
/// timed that the console's loop does, but for the terminal itself, in time of the processor, so that what else the machine
/// does is left out. Exits with 1 if a key takes 16 ms or a picture 4 ms at the 99th percentile.
let numbers = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
guard numbers.isEmpty || numbers.count == 2 && numbers.allSatisfy({ $0 > 0 }) else {
    print("ConsoleBenchmark [columns] [rows]")
    exit(2)
}
let size = numbers.isEmpty ? Size(columns: 200, rows: 60) : Size(columns: numbers[0], rows: numbers[1])
let cluster = BigCluster()

/// Time that the processor gave to this thread.
func measure(_ body: () -> Void) -> Duration {
    func read() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = read()
    body()
    return read() - start
}

struct Times {
    private var milliseconds: [Double] = []

    mutating func add(_ duration: Duration) { milliseconds.append(duration / .milliseconds(1)) }
    mutating func add(_ times: Times) { milliseconds += times.milliseconds }

    func percentile(_ share: Double) -> Double {
        let sorted = milliseconds.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    var text: String {
        [("50 %", 0.5), ("99 %", 0.99), ("most", 1)].map { name, share in
            let hundredths = Int((percentile(share) * 100).rounded())
            let text = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
            return "\(name) " + String(repeating: " ", count: max(0, 6 - text.count)) + text
        }.joined(separator: "  ") + " ms"
    }
}

struct Player {
    private var model = Model()
    private var shown = Grid(size: size)
    private var step: Int64 = 0
    private(set) var keys = Times()
    private(set) var views = Times()
    private(set) var snapshots = Times()

    init() {
        _ = update(&model, .resized(size))
        // As much history as lasts for the sparklines.
        for _ in 0..<90 { look() }
        (keys, views, snapshots) = (Times(), Times(), Times())
    }

    /// A new picture of the cluster comes.
    mutating func look() {
        step += 1
        let snapshot = cluster.snapshot(step: step)
        snapshots.add(
            measure {
                _ = update(&model, .snapshot(snapshot))
                draw()
            })
    }

    mutating func press(_ key: String) {
        guard let chord = KeyChord(parsing: key) else { preconditionFailure("\"\(key)\" is no key") }
        keys.add(
            measure {
                _ = update(&model, .key(chord))
                draw()
            })
    }

    private mutating func draw() {
        var grid = Grid(size: size)
        views.add(measure { grid = view(model, size) })
        _ = shown.changes(to: grid)
        shown = grid
        model.drawn()
    }
}

let moves = ["j", "j", "k", "ctrl-f", "j", "ctrl-b", "G", "k", "ctrl-d", "ctrl-u", "g", "shift-right", "shift-o"]
let search = ["/", "0", "4", "enter", "n", "j", "esc"]
let routes: [(name: String, open: [String])] = [
    ("topics", ["2"]), ("topic", ["2", "enter"]), ("timeline", ["2", "i"]), ("brokers", ["1"]),
    ("broker", ["1", "j", "enter"]), ("groups", ["3"]), ("group", ["3", "enter"]), ("events", ["4"]),
    ("palette", [":", "t", "o"]), ("help", ["?"]),
]
var (allKeys, allViews) = (Times(), Times())
for (name, open) in routes {
    var player = Player()
    for key in open { player.press(key) }
    let isText = name == "palette" || name == "help"
    for _ in 0..<8 {
        for (index, key) in (isText ? ["j", "k", "backspace", "o"] : moves + search).enumerated() {
            if index % 10 == 0 { player.look() }
            player.press(key)
        }
    }
    print(name)
    print("  key      \(player.keys.text)")
    print("  view     \(player.views.text)")
    print("  snapshot \(player.snapshots.text)")
    allKeys.add(player.keys)
    allViews.add(player.views)
}
print("all")
print("  key      \(allKeys.text)")
print("  view     \(allViews.text)")
exit(allKeys.percentile(0.99) < 16 && allViews.percentile(0.99) < 4 ? 0 : 1)
