/// A group's settings by name: Kafka's names where Kafka has one, with the limits of its clients. The group and its topics
/// say whose settings these are, and are not among them.
extension ConsumerSettings: NamedSettingsTable {
    static let noun = "consumer"
    private static let largest = Int(Int32.max)

    static let named: [NamedSetting<Self>] =
        [
            .whole("members", at: \.members, in: 1...1000),
            .choice("assignment", at: \.assignment, [("group", .group), ("self", .selfManaged)]),
            .choice("partition.assignment.strategy", at: \.assignor),
            NamedSetting(
                ["group.instance.id"], takes: "a name, or none",
                set: { settings, text in
                    guard !text.isEmpty else { return false }
                    settings.groupInstanceID = text == "none" ? nil : text
                    return true
                },
                get: { $0.groupInstanceID ?? "none" }),
            .whole("session.timeout.ms", at: \.sessionTimeoutMilliseconds, in: 1...3_600_000),
            .choice("auto.offset.reset", at: \.autoOffsetReset),
            .whole("max.poll.records", at: \.maxPollRecords, in: 1...largest),
            .whole("poll.timeout.ms", at: \.pollTimeoutMilliseconds, in: 0...60_000),
            .whole("max.poll.interval.ms", at: \.maxPollIntervalMilliseconds, in: 1...86_400_000),
        ] + commits + work

    private static let commits: [NamedSetting<Self>] = [
        .boolean("enable.auto.commit", at: \.enableAutoCommit),
        .choice(
            "auto.commit.way", at: \.autoCommitWay, [("in-poll", .inPoll), ("background", .inBackground)]),
        .whole("auto.commit.interval.ms", at: \.autoCommitIntervalMilliseconds, in: 0...86_400_000),
        .choice(
            "commit", at: \.commitPoint,
            [
                ("before-work", .beforeWork), ("after-each-record", .afterEachRecord),
                ("after-each-batch", .afterEachBatch), ("none", nil),
            ]),
        .choice("commit.mode", at: \.commitsSynchronously, [("sync", true), ("async", false)]),
    ]

    private static let work: [NamedSetting<Self>] = [
        NamedSetting(
            ["work.ms"], takes: "milliseconds for each record, such as 0.5",
            set: { settings, text in
                guard let value = Double(text), (0...86_400_000).contains(value) else { return false }
                settings.millisecondsPerRecord = value
                return true
            },
            get: { "\($0.millisecondsPerRecord)" }),
        NamedSetting(
            ["error.rate"], takes: "a share from 0 to 1",
            set: { settings, text in
                guard let value = Double(text), (0...1).contains(value) else { return false }
                settings.errorRate = value
                return true
            },
            get: { "\($0.errorRate)" }),
        NamedSetting(
            ["error.seed"], takes: "a whole number from 0 on",
            set: { settings, text in
                guard let value = UInt64(text) else { return false }
                settings.errorSeed = value
                return true
            },
            get: { "\($0.errorSeed)" }),
        NamedSetting(
            ["on.error"], takes: "swallow, retry or dead-letter:TOPIC:FAILURES, such as dead-letter:failed-orders:3",
            set: { settings, text in
                guard let handling = ErrorHandling(name: text) else { return false }
                settings.onError = handling
                return true
            },
            get: { $0.onError.name }),
        .boolean("dedup", at: \.deduplicates),
    ]
}

extension ErrorHandling {
    /// As users write it: `swallow`, `retry`, `dead-letter:failed-orders:3`.
    package var name: String {
        switch self {
        case .swallow: "swallow"
        case .retry: "retry"
        case .deadLetter(let topic, let failures): "dead-letter:\(topic):\(failures)"
        }
    }

    package init?(name: String) {
        switch name {
        case "swallow": self = .swallow
        case "retry": self = .retry
        default:
            let words = name.split(separator: ":", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "dead-letter", !words[1].isEmpty,
                let failures = Int(words[2]), failures > 0
            else { return nil }
            self = .deadLetter(topic: String(words[1]), failures: failures)
        }
    }
}
