import CMalloc
import Glibc

/// What the ledger keeps for a million records.
///
/// ```
/// LedgerBenchmark [records]
/// ```
/// Prints the bytes that malloc has given out for each record: when all of them have been told, and, where they fold, when
/// as many again have followed.
let records = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
AcknowledgedBenchmark(records: records).run()
HistoryBenchmark(records: records).run()

func allocatedBytes() -> Int { Int(klamm_allocated_bytes()) }

func show(_ name: String, _ bytes: Int, _ records: Int, _ nanoseconds: Int64, told: Int) {
    func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    print(
        name + ": " + tenths(Double(bytes) / Double(records)) + " bytes a record of \(records), "
            + tenths(Double(nanoseconds) / Double(told)) + " ns a record to tell")
}

/// What this process has had of the processor: others may use it, too.
func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
