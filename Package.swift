// swift-tools-version: 6.2
import PackageDescription

// Packages that a module uses, by the product's name. The README says what each is for.
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let ordered = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let codecs: [Target.Dependency] = ["CCRC32C", "CZlib", "CSnappy", "CLZ4", "CZstd"]
// With RULE_SWITCHES one of Kafka's rules can be broken on purpose, to see whether the simulator notices: in debug builds,
// and in release where KLAMM_RULE_SWITCHES=1 asks for it.
let ruleSwitches: SwiftSetting =
    Context.environment["KLAMM_RULE_SWITCHES"] == "1"
    ? .define("RULE_SWITCHES") : .define("RULE_SWITCHES", .when(configuration: .debug))
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error), ruleSwitches]
// The tests play whole clusters through hundreds of seeds. Without optimisation that takes ten times as long, as neither our
// generics nor SwiftNIO's are specialised then. Overflow, bounds and preconditions are checked all the same.
// Debug also checks at run time that no two changes of a value overlap; release leaves that to the compiler. There a value is
// also given up after its last use, not at the end of its scope, as no pure code has anything happen at an end: that spares
// retains and releases. And there a module's code is compiled into those that call it, which the compiler does by itself with
// what is public only.
let inRelease = BuildSettingCondition.when(platforms: [.linux], configuration: .release)
let fast =
    strict + [
        .unsafeFlags(["-O"], .when(configuration: .debug)),
        .unsafeFlags(
            ["-enforce-exclusivity=unchecked", "-Xfrontend", "-enable-lexical-lifetimes=false"],
            .when(configuration: .release)),
        .unsafeFlags(["-enable-cmo-everything"], inRelease),
    ]

// Several modules then hold the same specialised generics, of which the linker takes the first.
let firstOfSeveral = LinkerSetting.unsafeFlags(["-Xlinker", "--allow-multiple-definition"], inRelease)

// The program carries the language's runtime in itself: no machine needs Swift to run it, and, as each retain and release
// is a direct call, everything runs half as fast again. What ArgumentParser and Logging use of Foundation comes with it, and
// must be named here.
let runtimeInside: [LinkerSetting] =
    [firstOfSeveral, .unsafeFlags(["-static-stdlib", "-use-ld=lld"], inRelease)]
    + [
        "Foundation", "CoreFoundation", "FoundationInternationalization", "FoundationEssentials",
        "_FoundationCollections", "_FoundationCShims", "_FoundationICU",
    ].map { .linkedLibrary($0, inRelease) }

func module(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func fastModule(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: fast)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// The stories that are shipped.
let scenarios = [
    "01-six-combinations",
    "02-nobody-answers",
    "03-leader-dies-before-copying",
    "04-all-in-sync-replicas",
    "05-acknowledged-alone",
    "06-unclean-election",
    "07-the-whole-isr-is-down",
    "08-n-failures",
    "09-retries",
    "10-full-buffer",
    "11-record-too-large",
    "12-auto-commit-and-a-crash",
    "13-commit-before-or-after-the-work",
    "14-commits-that-are-held",
    "15-outbox",
    "16-dead-letters",
    "17-peak-load",
    "18-scale-out-under-load",
    "19-order-within-a-partition",
    "20-replay-beside-real-time",
    "21-zombie-leader",
    "22-power-loss-of-all-replicas",
    "23-slower-than-retention",
    "24-errors-that-pass",
    "25-fire-and-forget",
    "26-backlog-of-a-dead-consumer",
    "27-work-beyond-max-poll-interval",
]

let pure: [Target] = [
    fastModule("KafkaProtocol", codecs + [nioCore]),
    fastModule("KafkaStorage", ["KafkaProtocol", nioCore, deque]),
    fastModule("DeliveryLedger", ["KafkaProtocol", nioCore]),
    fastModule("KafkaBroker", ["KafkaStorage", "KafkaProtocol", nioCore, deque, ordered]),
    fastModule(
        "KafkaCluster", ["DeliveryLedger", "KafkaBroker", "KafkaStorage", "KafkaProtocol", nioCore, deque, ordered]),
    fastModule(
        "Simulator",
        ["KafkaCluster", "DeliveryLedger", "KafkaBroker", "KafkaStorage", "KafkaProtocol", nioCore, deque, ordered]),
    module("Scenarios", ["KafkaCluster", "DeliveryLedger", "KafkaBroker", "KafkaStorage", "KafkaProtocol"]),
    module(
        "Console",
        ["Scenarios", "KafkaCluster", "DeliveryLedger", "KafkaBroker", "KafkaProtocol", nioCore, deque, ordered]),
]

let shells: [Target] = [
    module(
        "KafkaServer",
        [
            "KafkaCluster", "DeliveryLedger", "KafkaBroker", "KafkaStorage", "KafkaProtocol", nioCore, nioPosix,
            logging,
            deque,
        ]),
    module(
        "KafkaClient",
        [
            "CCrypto", "CRdkafka", "KafkaCluster", "KafkaBroker", "KafkaProtocol", nioCore, nioHTTP1, nioPosix, nioSSL,
            nioTLS,
            logging,
        ]),
    module(
        "Workload", ["KafkaClient", "KafkaCluster", "DeliveryLedger", "KafkaProtocol", nioCore, logging, deque, grdb]),
    module(
        "Settings", ["Console", "Scenarios", "KafkaCluster", "KafkaBroker", "KafkaProtocol", toml],
        resources: [
            "dark", "light", "mono", "high-contrast", "colour-blind-safe", "solarized", "gruvbox", "nord",
        ].map { .embedInCode("../../Themes/\($0).toml") } + scenarios.map { .embedInCode("Resources/\($0).toml") }),
    module("Terminal", ["CNcurses", "Console"]),
    module(
        "ControlServer",
        [
            "Scenarios", "KafkaCluster", "DeliveryLedger", "KafkaBroker", "KafkaProtocol", nioCore, nioHTTP1, nioPosix,
            logging, deque,
        ]),
    .executableTarget(
        name: "klamm",
        dependencies: [
            "KafkaProtocol", "KafkaStorage", "DeliveryLedger", "KafkaBroker", "KafkaCluster", "Console",
            "ControlServer", "KafkaServer", "KafkaClient", "Workload", "Settings", "Scenarios", "Simulator",
            "Terminal", nioCore, nioPosix, logging, arguments,
        ],
        swiftSettings: strict, linkerSettings: runtimeInside),
]

let testTargets: [Target] = [
    tests(
        "ConsoleTests",
        [
            "Console", "DeliveryLedger", "KafkaBroker", "KafkaCluster", "KafkaProtocol", "Scenarios", "Simulator",
            nioCore,
        ],
        resources: [.copy("Golden"), .copy("Sessions")]),
    tests("KafkaBrokerTests", ["KafkaBroker", "KafkaProtocol", "KafkaStorage", nioCore]),
    tests(
        "ControlServerTests",
        [
            "ControlServer", "Scenarios", "DeliveryLedger", "KafkaBroker", "KafkaCluster", "KafkaProtocol", nioCore,
            nioPosix, logging,
        ]),
    tests("DeliveryLedgerTests", ["DeliveryLedger", "KafkaProtocol", nioCore]),
    tests("KafkaClientTests", ["KafkaClient", "KafkaProtocol", logging]),
    tests("KafkaClusterTests", ["DeliveryLedger", "KafkaBroker", "KafkaCluster", "KafkaProtocol", nioCore]),
    tests("KafkaProtocolTests", ["CCRC32C", "KafkaProtocol", nioCore], resources: [.copy("Vectors")]),
    tests(
        "KafkaServerTests",
        [
            "EmbeddedClusters", "KafkaServer", "KafkaCluster", "DeliveryLedger", "KafkaBroker", "KafkaStorage",
            "KafkaProtocol", nioCore, logging,
        ]),
    tests("KafkaStorageTests", ["KafkaProtocol", "KafkaStorage", nioCore]),
    tests("LayoutTests", []),
    tests("ScenariosTests", ["DeliveryLedger", "KafkaBroker", "KafkaCluster", "KafkaProtocol", "Scenarios"]),
    tests("SettingsTests", ["Console", "KafkaCluster", "Scenarios", "Settings"]),
    tests(
        "SimulatorTests",
        ["DeliveryLedger", "KafkaBroker", "KafkaCluster", "KafkaProtocol", "KafkaStorage", "Simulator", nioCore]),
    tests(
        "TerminalTests",
        [
            "CVterm", "Console", "EmbeddedClusters", "KafkaClient", "KafkaCluster", "KafkaProtocol", "Scenarios",
            "Settings", "Terminal", "klamm", logging,
        ]),
    // Clusters of real brokers, a few at a time; for tests alone.
    .target(
        name: "EmbeddedClusters", dependencies: ["KafkaServer", logging, deque], path: "Tests/EmbeddedClusters",
        swiftSettings: strict),
    // A process that an outbox outlives; for tests alone.
    .executableTarget(
        name: "OutboxChild", dependencies: ["KafkaClient", "KafkaCluster", "Workload", logging],
        path: "Tests/OutboxChild", swiftSettings: strict, linkerSettings: [firstOfSeveral]),
    tests(
        "WorkloadTests",
        [
            "CVterm", "EmbeddedClusters", "OutboxChild", "DeliveryLedger", "KafkaClient", "KafkaCluster",
            "KafkaProtocol", "KafkaServer", "Workload", logging, nioCore, nioPosix, nioSSL,
        ]),
]

// Measurements, built where KLAMM_BENCHMARKS=1 asks for them: `swift run -c release StorageBenchmark`.
let benchmarks: [Target] =
    Context.environment["KLAMM_BENCHMARKS"] == "1"
    ? [
        .executableTarget(
            name: "StorageBenchmark", dependencies: ["KafkaServer", "KafkaStorage", "KafkaProtocol", nioCore],
            path: "Tests/Benchmarks/StorageBenchmark", swiftSettings: strict, linkerSettings: [firstOfSeveral]),
        .executableTarget(
            name: "LedgerBenchmark", dependencies: ["DeliveryLedger", "KafkaProtocol", "CMalloc"],
            path: "Tests/Benchmarks/LedgerBenchmark", swiftSettings: strict, linkerSettings: [firstOfSeveral]),
        .target(name: "CMalloc", path: "Tests/Benchmarks/CMalloc"),
        .executableTarget(
            name: "WorkloadBenchmark",
            dependencies: ["Workload", "KafkaServer", "KafkaClient", "KafkaCluster", logging],
            path: "Tests/Benchmarks/WorkloadBenchmark", swiftSettings: strict, linkerSettings: [firstOfSeveral]),
        .executableTarget(
            name: "ConsoleBenchmark", dependencies: ["Console", "KafkaBroker", "KafkaCluster", "KafkaProtocol"],
            path: "Tests/Benchmarks/ConsoleBenchmark", swiftSettings: strict, linkerSettings: [firstOfSeveral]),
    ] : []

let systemLibraries: [Target] = [
    // A terminal emulator that reads the real program's screen; for tests alone.
    .target(name: "CVterm", path: "Tests/CVterm", linkerSettings: [.linkedLibrary("vterm")]),
    .target(name: "CCRC32C"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CSnappy"),
    .systemLibrary(name: "CLZ4"),
    .systemLibrary(name: "CZstd"),
    .systemLibrary(name: "CRdkafka"),
    .systemLibrary(name: "CCrypto"),
    .target(
        name: "CNcurses",
        linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
]

let package = Package(
    name: "klamm",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: pure + shells + testTargets + benchmarks + systemLibraries,
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
