/// A producer's settings by name: Kafka's names where Kafka has one, with the limits of its clients.
extension ProducerSettings: NamedSettingsTable {
    static let noun = "producer"
    private static let largest = Int(Int32.max)

    static let named: [NamedSetting<Self>] =
        [
            NamedSetting(
                ["rate"], takes: "records per second, such as 50, or max",
                set: { settings, text in
                    if text == "max" {
                        settings.recordsPerSecond = nil
                        return true
                    }
                    guard let rate = Double(text), (1e-6...1e9).contains(rate) else { return false }
                    settings.recordsPerSecond = rate
                    return true
                },
                get: { $0.recordsPerSecond.map(plain) ?? "max" }),
            .whole("records", at: \.recordLimit, in: 0...largest, or: "unlimited"),
            .whole("value.bytes", at: \.valueBytes, in: 0...1_000_000_000),
            .whole("keys", at: \.keys, in: 0...100_000),
            NamedSetting(
                ["partitions"], takes: "partitions, such as 0,1,2, or any",
                set: { settings, text in
                    if text == "any" {
                        settings.partitions = []
                        return true
                    }
                    let words = text.split(separator: ",", omittingEmptySubsequences: false)
                    let numbers = words.compactMap { Int32($0.drop { $0 == " " }) }
                    guard numbers.count == words.count, numbers.allSatisfy({ $0 >= 0 }) else { return false }
                    settings.partitions = numbers
                    return true
                },
                get: { settings in
                    guard !settings.partitions.isEmpty else { return "any" }
                    return settings.partitions.map { "\($0)" }.joined(separator: ",")
                }),
            .choice("send", at: \.sendMode),
            NamedSetting(
                ["acks"], takes: "0, 1 or all", choices: ["0", "1", "all"],
                set: { settings, text in
                    guard let acks = Acks(name: text) else { return false }
                    settings.acks = acks
                    return true
                },
                get: { $0.acks.name }),
            .boolean("enable.idempotence", at: \.enableIdempotence),
            .whole("retries", at: \.retries, in: 0...largest),
            .whole("retry.backoff.ms", at: \.retryBackoffMilliseconds, in: 1...300_000),
            .whole("delivery.timeout.ms", at: \.deliveryTimeoutMilliseconds, in: 0...largest),
            .whole("request.timeout.ms", at: \.requestTimeoutMilliseconds, in: 10...300_000),
            .whole(
                "max.in.flight.requests.per.connection", "max.in.flight", at: \.maxInFlight, in: 1...1_000_000),
        ] + batching + buffer

    private static let batching: [NamedSetting<Self>] = [
        .whole("linger.ms", at: \.lingerMilliseconds, in: 0...900_000),
        .whole("batch.size", at: \.batchBytes, in: 1...largest),
        .choice("compression.type", at: \.compression),
        .whole("max.request.size", "message.max.bytes", at: \.maxMessageBytes, in: 1000...1_000_000_000),
    ]

    private static let buffer: [NamedSetting<Self>] = [
        .whole("queue.buffering.max.messages", at: \.bufferMessages, in: 0...largest),
        NamedSetting(
            ["buffer.memory"], takes: NamedSetting<Self>.wholeNumbers(1024...largest * 1024),
            set: { settings, text in
                guard let bytes = Int(text), (1024...largest * 1024).contains(bytes) else { return false }
                settings.bufferKilobytes = bytes / 1024
                return true
            },
            get: { "\($0.bufferKilobytes * 1024)" }),
        .whole("queue.buffering.max.kbytes", at: \.bufferKilobytes, in: 1...largest),
        // Before buffer.full, which has the last word when all are set in turn.
        NamedSetting(
            ["max.block.ms"], takes: "\(NamedSetting<Self>.wholeNumbers(0...largest)), or unlimited",
            set: { settings, text in
                if text == "unlimited" {
                    settings.fullBuffer = .block
                    return true
                }
                guard let milliseconds = Int(text), (0...largest).contains(milliseconds) else { return false }
                settings.fullBuffer = .blockUpTo(milliseconds: milliseconds)
                return true
            },
            get: { settings in
                switch settings.fullBuffer {
                case .block: "unlimited"
                case .blockUpTo(let milliseconds): "\(milliseconds)"
                case .drop: "0"
                }
            }),
        NamedSetting(
            ["buffer.full"], takes: "block, drop or block-up-to", choices: ["block", "drop", "block-up-to"],
            set: { settings, text in
                switch text {
                case "block": settings.fullBuffer = .block
                case "drop": settings.fullBuffer = .drop
                case "block-up-to":
                    // A time that was set before stays.
                    if case .blockUpTo = settings.fullBuffer { return true }
                    settings.fullBuffer = .blockUpTo(milliseconds: defaultMaxBlockMilliseconds)
                default: return false
                }
                return true
            },
            get: { settings in
                switch settings.fullBuffer {
                case .block: "block"
                case .blockUpTo: "block-up-to"
                case .drop: "drop"
                }
            }),
        .whole("outbox.resend.ms", at: \.outboxResendMilliseconds, in: 1...largest, or: "none"),
    ]

    /// Kafka's default of max.block.ms.
    private static let defaultMaxBlockMilliseconds = 60_000

    /// `50` rather than `50.0`.
    private static func plain(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }
}
