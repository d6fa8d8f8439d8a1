import DeliveryLedger
import KafkaCluster
import KafkaProtocol

/// What a fault has cost: when it was noticed, who led again and when, what became of records, by acks. The faults
/// before it stand below.
enum PriceView {
    struct Item: Hashable {
        var sign: Sign
        var name: String
        var figure: StyledText
        /// When it was, or whose records are meant.
        var of: StyledText
        var meaning: StyledText
        /// When it was.
        var at: Instant?
        /// The fault that enter goes to.
        var opens: Int?
    }

    private static let pending = Sign(glyph: "◌", role: .muted)
    private static let over = Sign(glyph: "✓", role: .ok)

    static func listing(_ model: Model, number: Int?) -> Listing {
        let price = model.price(number)
        let columns: [Column<(offset: Int, element: Item)>] = [
            Column(title: "Price", minimum: 18, maximum: 30, shrinks: true) {
                $0.element.sign.text + " " + StyledText($0.element.name)
            },
            Column(title: "Figure", alignment: .right, minimum: 8) { $0.element.figure },
            Column(title: "When, of", minimum: 12, maximum: model.size.columns < 100 ? 15 : 30, shrinks: true) {
                $0.element.of
            },
            Column(title: "What it means", minimum: 20, maximum: 400, shrinks: true) { $0.element.meaning },
        ]
        return Table(
            items: Array((price.map { items($0, model) } ?? []).enumerated()), columns: columns,
            id: { $0.element.opens.map { RowID.number(Int64(-$0)) } ?? RowID.number(Int64($0.offset)) },
            words: { "\($0.element.name) \($0.element.of.plain) \($0.element.meaning.plain)" },
            empty: empty(model),
            gapMost: TableLayout.gapLeast, wraps: model.size.rows < 30 ? .intoRoom : .whole
        ).listing(model.screen.list)
    }

    private static func empty(_ model: Model) -> String {
        guard model.attachment != nil else {
            return "Nothing was broken since klamm looks."
                + (model.keyHint(.faults).map { " \($0) breaks something." } ?? "")
        }
        return "Nothing was broken from here. What others break has no beginning that klamm knows."
    }

    private static func items(_ price: FaultPrice, _ model: Model) -> [Item] {
        let others = model.picture.prices.all.filter { $0.number != price.number }.reversed()
        return [fault(price, model)] + course(price, model) + sends(price, model) + again(price) + losses(price, model)
            + others.map { other($0, model) }
    }

    // MARK: The course of it

    private static func fault(_ price: FaultPrice, _ model: Model) -> Item {
        var text = EventSummary(.fault(price.fault, at: price.at)).text
        if let led = price.leaders.led, !price.victims.isEmpty {
            let who = price.victims.count > 1 ? "they" : "it"
            text = "\(who) led \(Figures.plural(Int64(led), "partition")) · \(text)"
        }
        return Item(
            sign: price.wholeAt == nil ? .gone : over, name: price.fault.description, figure: StyledText(),
            of: time(price.at, model), meaning: StyledText(text))
    }

    private static func course(_ price: FaultPrice, _ model: Model) -> [Item] {
        let isOver = price.wholeAt != nil
        func mark(_ name: String, _ mark: FaultPrice.Mark?, none: String) -> Item {
            guard let mark else {
                return Item(
                    sign: isOver ? .idle : pending, name: name,
                    figure: StyledText(isOver ? Figures.none : Figures.unknown, .muted), of: StyledText(),
                    meaning: StyledText(none, .muted))
            }
            return Item(
                sign: mark.others.isEmpty ? .good : .partly, name: name, figure: after(mark.at, price),
                of: time(mark.at, model), meaning: StyledText(mark.text) + doubt(mark), at: mark.at)
        }
        var items = [
            mark(
                "noticed", price.noticed,
                none: isOver ? "The cluster never noticed it" : "The cluster has not noticed it yet")
        ]
        if let felt = price.felt { items.append(mark("first client error", felt, none: "")) }
        if price.victims.contains(where: \.isController) {
            items.append(mark("decided again", price.decided, none: "No other controller had to be elected"))
        }
        items += leaders(price, model)
        items.append(mark("ended", price.ended, none: end(price, model)))
        let whole = price.wholeAt.map { FaultPrice.Mark(at: $0, text: wholeWords(price)) }
        items.append(mark("whole again", whole, none: missing(price, model)))
        return inOrder(items)
    }

    /// As they came about, and then what has not come yet.
    private static func inOrder(_ items: [Item]) -> [Item] {
        let came = items.enumerated().compactMap { offset, item in item.at.map { (at: $0, offset: offset, item: item) }
        }
        return came.sorted { ($0.at, $0.offset) < ($1.at, $1.offset) }.map(\.item) + items.filter { $0.at == nil }
    }

    /// Where it may have come of another fault just as well.
    private static func doubt(_ mark: FaultPrice.Mark) -> StyledText {
        guard !mark.others.isEmpty else { return StyledText() }
        return StyledText(" · \(listed(mark.others)) may be the cause as well", .warning)
    }

    private static func listed(_ faults: [Fault]) -> String { faults.map(\.description).joined(separator: ", ") }

    private static func leaders(_ price: FaultPrice, _ model: Model) -> [Item] {
        let leaders = price.leaders
        var items: [Item] = []
        if let last = leaders.last {
            var text =
                leaders.led.map { "\(leaders.served) of \(Figures.plural(Int64($0), "partition"))" }
                ?? Figures.plural(Int64(leaders.served), "partition")
            if let first = leaders.first, first != last {
                text += ", the first after \(Figures.seconds(price.after(first.at))) s"
            }
            items.append(
                Item(
                    sign: leaders.leaderless.isEmpty && leaders.elected == 0 && last.others.isEmpty ? .good : .partly,
                    name: "led again", figure: after(last.at, price), of: time(last.at, model),
                    meaning: StyledText("\(text) · \(last.text)") + doubt(last), at: last.at))
        } else if leaders.led != 0, price.mayUnseat(controller: model.snapshot?.controller) {
            let isOver = price.wholeAt != nil
            items.append(
                Item(
                    sign: isOver ? .idle : pending, name: "led again",
                    figure: StyledText(isOver ? Figures.none : Figures.unknown, .muted), of: StyledText(),
                    meaning: StyledText(isOver ? "No leader had to be elected" : "No new leader serves yet", .muted)))
        }
        if !leaders.leaderless.isEmpty {
            let names = leaders.leaderless.prefix(5).map(\.description).joined(separator: ", ")
            let more = leaders.leaderless.count > 5 ? " and more" : ""
            items.append(
                Item(
                    sign: .gone, name: "without leader",
                    figure: StyledText(Figures.count(leaders.leaderless.count), .offline, .bold),
                    of: StyledText("partitions", .muted),
                    meaning: StyledText("\(names)\(more): nobody in sync is up")))
        }
        return items
    }

    private static func end(_ price: FaultPrice, _ model: Model) -> String {
        if price.fault.lasts {
            let active = model.snapshot?.faults.first { $0.fault == price.fault }
            if let until = active?.until, let now = model.now {
                return "By itself in \(Figures.span(seconds: max(0, (until - now).wholeMilliseconds) / 1000))"
            }
            guard model.refusal(of: .heal) == nil else { return "not from here" }
            return model.keyHint(.heal).map { "\($0) heals it" } ?? "healing ends it"
        }
        guard model.refusal(of: .restart) == nil else { return "not from here" }
        guard let key = model.keyHint(.restart) else { return "a restart ends it" }
        return "\(key) restarts \(price.victims.first?.title.lowercasedFirst ?? "it")"
    }

    private static func wholeWords(_ price: FaultPrice) -> String {
        price.victims.isEmpty ? "It hit no node" : "All that it hit serve, and are in every ISR"
    }

    private static func missing(_ price: FaultPrice, _ model: Model) -> String {
        let out = (model.snapshot?.topics ?? []).reduce(0) { sum, topic in
            sum
                + topic.partitions.count { partition in
                    partition.replicas.contains {
                        price.victims.contains($0.broker) && !partition.isr.contains($0.broker)
                    }
                }
        }
        if out == 0 { return "Not all that it hit serve yet" }
        return "\(Figures.plural(Int64(out), "partition")) \(out == 1 ? "lacks" : "lack") a replica that it hit"
    }

    // MARK: Records

    private static func sends(_ price: FaultPrice, _ model: Model) -> [Item] {
        guard let told = price.told else {
            return [unknown("sends", "Nobody had looked at klamm's own producers before it")]
        }
        guard !told.isEmpty else { return [unknown("sends", "No producer of klamm's own was running", isNone: true)] }
        let shared = shared(price)
        return told.flatMap { send -> [Item] in
            let whose = StyledText("acks=\(send.acks.name) ", .muted) + StyledText(send.topic, .accent)
            func count(
                _ name: String, _ count: Int64, _ of: StyledText, _ meaning: String, isBad: Bool
            ) -> Item {
                self.count(name, count, of, meaning + (count > 0 ? shared : ""), isBad: isBad)
            }
            var items = [wait(send, whose, price, shared)].compactMap(\.self)
            items += [
                count("failed", send.failed, whose, "Certainly in no log, and the producer knows", isBad: false),
                count(
                    "unknown", send.unknown, whose,
                    send.acks == .none
                        ? "acks=0 asks for no answer, so none can be missed; \(ledger(model)) tells what was processed"
                        : "No answer: in the log or not, the producer cannot tell", isBad: false),
            ]
            if send.dropped > 0 {
                items.append(count("dropped", send.dropped, whose, "The producer's buffer was full", isBad: false))
            }
            if send.lostInBuffer > 0 {
                items.append(
                    count("lost in buffer", send.lostInBuffer, whose, "Gone with a producer that crashed", isBad: true))
            }
            if send.resent > 0 {
                items.append(
                    count("sent again", send.resent, whose, "From the outbox: no answer had come", isBad: false))
            }
            if let doubled = send.doubled {
                items.append(count("doubled", doubled, whose, "One record at two places of the log", isBad: false))
            }
            return items
        }
    }

    /// What a group did twice; nothing where nobody counts.
    private static func again(_ price: FaultPrice) -> [Item] {
        guard let again = price.processedAgain else { return [] }
        let shared = again > 0 ? shared(price) : ""
        return [
            count(
                "worked on again", again, StyledText("klamm's groups", .accent),
                "By groups that had worked on them before\(shared)", isBad: false)
        ]
    }

    /// To which other faults the same may be due.
    private static func shared(_ price: FaultPrice) -> String {
        (price.besides.isEmpty ? "" : " · \(listed(price.besides)) went on too")
            + (price.countedUntil.map { " · until \($0) began" } ?? "")
    }

    /// What was held up and did not fail: as long as it goes on, or as it was at worst. Nothing where no answer is
    /// asked for.
    private static func wait(
        _ send: FaultPrice.Sends, _ whose: StyledText, _ price: FaultPrice, _ shared: String
    ) -> Item? {
        let least = FaultPrice.noticeableWait
        if let silence = send.silence, silence >= least, silence > send.longestWaitSoFar ?? .zero {
            let meaning =
                send.acks == .none
                ? "No record has left the client for so long: acks=0 waits for no answer, but for a connection"
                : "Nothing has been acknowledged for so long, though records wait"
            return Item(
                sign: .gone, name: "stands still", figure: StyledText("\(Figures.seconds(silence)) s", .offline),
                of: whose, meaning: StyledText("\(meaning)\(shared)"))
        }
        if let waiting = send.waiting, waiting >= least, send.stillWaitsLongest {
            let stands = send.silence.map { $0 >= least } ?? false
            let meaning =
                stands
                ? "The oldest send is not answered, and nothing else has been for \(Figures.seconds(send.silence ?? .zero)) s"
                : "The oldest send is not answered yet, while others are"
            return Item(
                sign: .gone, name: "longest wait", figure: StyledText("\(Figures.seconds(waiting)) s so far", .offline),
                of: whose, meaning: StyledText("\(meaning)\(shared)"))
        }
        guard let wait = send.longestWait else { return nil }
        let sign: Sign = wait.duration >= least ? .partly : .good
        let when = "which came \(Figures.seconds(price.after(wait.at))) s after the fault"
        return Item(
            sign: sign, name: "longest wait", figure: StyledText("\(Figures.seconds(wait.duration)) s", sign.role),
            of: whose, meaning: StyledText("From send to acknowledgement, \(when)\(shared)", .muted))
    }

    /// As the ledger has it now, where it was asked: a part of a loss may be back.
    private static func losses(_ price: FaultPrice, _ model: Model) -> [Item] {
        guard let told = price.lost else {
            let reason =
                "These brokers tell nobody what they acknowledged; \(ledger(model)) judges klamm's own"
            return [unknown("lost", reason)]
        }
        var parts: [FaultPrice.Lost] = []
        for part in told {
            guard let loss = model.ledger?.account?.losses.first(where: { $0.number == part.number }) else {
                parts.append(part)
                continue
            }
            if loss.returnedAt == nil { parts += FaultPrice.Lost.parts(of: loss).filter { $0.acks == part.acks } }
        }
        guard !parts.isEmpty else {
            return [count("lost", 0, StyledText("any client", .accent), Self.lostMeaning, isBad: true)]
        }
        let all = parts
        let kinds = parts.reduce(into: [FaultPrice.Lost]()) { kinds, part in
            if !kinds.contains(where: { $0.isLike(part) }) { kinds.append(part) }
        }
        return kinds.sorted { ($0.acks, $0.topic) < ($1.acks, $1.topic) }.flatMap { kind -> [Item] in
            let own = all.filter { $0.isLike(kind) }
            let whose =
                StyledText("acks=\(Acks(rawValue: kind.acks)?.name ?? "\(kind.acks)") ", .muted)
                + StyledText(kind.topic, .accent)
            var items = [
                count("lost", own.reduce(0) { $0 + $1.records }, whose, Self.lostMeaning, isBad: true)
            ]
            let doubtful = own.reduce(0) { $0 + $1.ofUnknownReceipt }
            if doubtful > 0 {
                items.append(
                    count(
                        "receipt unknown", doubtful, whose,
                        "Gone too, but the connection broke: the client may not have heard the answer", isBad: false))
            }
            return items
        }
    }

    private static func ledger(_ model: Model) -> String { model.keyHint(.viewLedger) ?? "the ledger" }

    private static let lostMeaning = "Acknowledged to any client, and the partition does not have them"

    private static func count(
        _ name: String, _ count: Int64, _ of: StyledText, _ meaning: String, isBad: Bool
    ) -> Item {
        let sign: Sign = count == 0 ? .good : isBad ? .gone : .partly
        return Item(
            sign: sign, name: name, figure: StyledText(Figures.count(count), sign.role), of: of,
            meaning: StyledText(meaning, .muted))
    }

    private static func unknown(_ name: String, _ why: String, isNone: Bool = false) -> Item {
        Item(
            sign: .idle, name: name, figure: StyledText(isNone ? Figures.none : Figures.unknown, .muted),
            of: StyledText(), meaning: StyledText(why, .muted))
    }

    // MARK: Other faults

    private static func other(_ price: FaultPrice, _ model: Model) -> Item {
        Item(
            sign: price.wholeAt == nil ? .gone : over, name: price.fault.description,
            figure: price.wholeAt.map { after($0, price) } ?? StyledText("goes on", .fault), of: time(price.at, model),
            meaning: StyledText(price.summary.isEmpty ? "nothing came of it yet" : price.summary, .muted),
            opens: price.number)
    }

    private static func after(_ instant: Instant, _ price: FaultPrice) -> StyledText {
        StyledText("\(Figures.seconds(price.after(instant))) s", .accent)
    }

    private static func time(_ instant: Instant, _ model: Model) -> StyledText {
        StyledText(WallClock.time(instant.wallClockMilliseconds, offsetSeconds: model.utcOffsetSeconds), .muted)
    }

    static func title(_ model: Model, _ number: Int?) -> String { model.price(number)?.fault.description ?? "none" }

    /// How exact the times are, for the frame's edge.
    static func remark(_ model: Model) -> StyledText {
        guard model.snapshot?.heardAt != nil else { return StyledText() }
        return StyledText("times are when klamm saw it from outside", .muted)
    }

    /// In the view of faults: where the price is told.
    static func hint(_ model: Model) -> StyledText {
        guard let price = model.price(nil) else { return StyledText() }
        let key = model.keyHint(.viewPrice).map { StyledText($0, .key) } ?? StyledText("Price:", .muted)
        let short = key + StyledText(" what \(price.fault) cost", .muted)
        let summary = price.summary
        guard !summary.isEmpty, summary.count + short.width + 12 < model.size.columns else { return short }
        return short + StyledText(" · \(summary)", .muted)
    }
}

extension FaultPrice.Lost {
    fileprivate func isLike(_ other: Self) -> Bool { acks == other.acks && topic == other.topic }
}

extension Model {
    /// The price of this fault; of the last without a number.
    func price(_ number: Int?) -> FaultPrice? {
        guard let number else { return picture.prices.last }
        return picture.prices[number]
    }
}
