import Glibc

/// What the log costs on this machine, beside what the machine itself costs.
///
/// ```
/// StorageBenchmark reads [reads]     random reads of a log of 1 TiB and of one of 1 GiB
/// StorageBenchmark logs [count]      memory, descriptors and start of many small logs
/// ```
/// Files go to $KLAMM_BENCHMARK_FOLDER, or else below /tmp, and are removed at the end.
let arguments = CommandLine.arguments.dropFirst()
let number = arguments.dropFirst().first.flatMap { Int($0) }
let folder = try ScratchFolder()
var status: CInt = 0
do {
    switch arguments.first {
    case "reads": try ReadBenchmark(folder: folder.path, sampleCount: max(number ?? 20_000, 100)).run()
    case "logs": try LogsBenchmark(folder: folder.path, count: max(number ?? 10_000, 1)).run()
    default:
        print("StorageBenchmark reads [reads] | logs [count]")
        status = 2
    }
} catch {
    print("\(error)")
    status = 1
}
folder.remove()
exit(status)
