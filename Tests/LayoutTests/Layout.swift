/// The one list of modules and of what each may import. design.md draws the same arrows.
///
/// What stands below an allowed module is allowed too; C libraries are the exception, since each has one owner.
enum Layout {
    struct Module {
        var name: String
        /// Pure modules turn values into values: no clock, thread, file, socket or terminal.
        var isPure: Bool
        /// Our own Swift modules that this one may name; theirs are allowed as well.
        var uses: [String]
        /// Modules from outside, and our C targets, for this module alone.
        var outside: [String]
    }

    static let collections = ["DequeModule", "HeapModule", "OrderedCollections"]
    static let pureOutside = ["NIOCore"] + collections
    static let shellOutside = ["Glibc", "Synchronization", "NIOCore", "NIOPosix", "Logging"] + collections

    static func pure(_ name: String, uses: [String], outside: [String] = []) -> Module {
        Module(name: name, isPure: true, uses: uses, outside: pureOutside + outside)
    }

    static func shell(_ name: String, uses: [String], outside: [String] = []) -> Module {
        Module(name: name, isPure: false, uses: uses, outside: shellOutside + outside)
    }

    static let modules = [
        pure("KafkaProtocol", uses: [], outside: ["CCRC32C", "CZlib", "CSnappy", "CLZ4", "CZstd"]),
        pure("KafkaStorage", uses: ["KafkaProtocol"]),
        pure("DeliveryLedger", uses: ["KafkaProtocol"]),
        pure("KafkaBroker", uses: ["KafkaStorage"]),
        pure("KafkaCluster", uses: ["KafkaBroker", "DeliveryLedger"]),
        pure("Scenarios", uses: ["KafkaCluster"]),
        pure("Simulator", uses: ["KafkaCluster"]),
        pure("Console", uses: ["KafkaCluster", "Scenarios"]),
        shell("KafkaServer", uses: ["KafkaCluster"]),
        shell(
            "KafkaClient", uses: ["KafkaCluster"],
            outside: ["CCrypto", "CRdkafka", "FoundationEssentials", "NIOHTTP1", "NIOSSL", "NIOTLS"]),
        shell("Workload", uses: ["KafkaClient"], outside: ["GRDB"]),
        shell("Settings", uses: ["Console"], outside: ["TOMLKit"]),
        shell("Terminal", uses: ["Console"], outside: ["CNcurses"]),
        shell("ControlServer", uses: ["Scenarios"], outside: ["NIOHTTP1", "FoundationEssentials"]),
        shell(
            "klamm",
            uses: [
                "Console", "ControlServer", "KafkaClient", "KafkaServer", "Settings", "Simulator", "Terminal",
                "Workload",
            ],
            outside: ["ArgumentParser"]),
    ]

    /// Folders under Sources that hold C, or the map of a system's library, and no Swift.
    static let cTargets = ["CCRC32C", "CZlib", "CSnappy", "CLZ4", "CZstd", "CRdkafka", "CCrypto", "CNcurses"]

    /// The top level holds these and hidden files.
    static let topLevel = ["Package.swift", "Package.resolved", "README.md", "Sources", "Tests", "Themes"]

    static func module(named name: String) -> Module? { modules.first { $0.name == name } }

    /// Everything that `module` may import.
    static func allowedImports(of module: Module) -> Set<String> {
        var allowed = Set(module.outside)
        var queue = module.uses
        while let name = queue.popLast() {
            guard allowed.insert(name).inserted, let used = Layout.module(named: name) else { continue }
            queue += used.uses
        }
        return allowed
    }
}
