import Glibc

/// What the log costs on this machine, beside what the machine itself costs.
///
/// ```
/// StorageBenchmark reads [reads]     random reads of a log of 1 TiB and of one of 1 GiB: of a batch, and of a fetch
/// StorageBenchmark logs [count]      memory, descriptors and start of many small logs
/// ```
/// Files go to $KLAMM_BENCHMARK_FOLDER, or else below /tmp, and are removed at the end.
let arguments = CommandLine.arguments.dropFirst()
let number = arguments.dropFirst().first.flatMap { Int($0) }
let folder = try ScratchFolder()
var status: CInt = 0
do {
    switch arguments.first {
    case "reads":
        let count = max(number ?? 20_000, 100)
        try ReadBenchmark(folder: folder.path, sampleCount: count, bytesARead: ReadBenchmark.bytesABatch).run()
        // So few that all of it stays in memory: 600 MiB.
        try ReadBenchmark(folder: folder.path, sampleCount: min(count, 300), bytesARead: ReadBenchmark.bytesAFetch)
            .run()
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
