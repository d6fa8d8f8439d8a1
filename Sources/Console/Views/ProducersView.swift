import KafkaCluster
import KafkaProtocol

/// Producers that number what they send, as each partition's log knows them: by the number it tells a repeated batch
/// from a new one.
enum ProducersView {
    typealias Row = ProducersPicture.Row

    static func listing(_ model: Model, topic: String) -> Listing {
        let picture = model.producers(of: topic)
        let now = model.now?.wallClockMilliseconds
        let columns: [Column<Row>] = [
            Column(title: "Partition", alignment: .right, minimum: 9, sort: { .count(Int($0.partition)) }) {
                StyledText("\($0.partition)", .accent)
            },
            Column(title: "Producer id", alignment: .right, minimum: 11, sort: { .count($0.producerID) }) {
                StyledText("\($0.producerID)", .title)
            },
            Column(title: "Epoch", alignment: .right, minimum: 5, sort: { .count(Int($0.epoch)) }) {
                StyledText("\($0.epoch)")
            },
            Column(title: "Last sequence", alignment: .right, minimum: 13, sort: { .count(Int($0.lastSequence)) }) {
                $0.lastSequence < 0 ? StyledText(Figures.none, .muted) : StyledText(Figures.count(Int($0.lastSequence)))
            },
            Column(title: "Last offset", alignment: .right, minimum: 11, sort: { .count($0.lastOffset) }) {
                .count($0.lastOffset)
            },
            Column(title: "Last wrote", minimum: 12, sort: { .count($0.lastTimestamp) }) { row in
                guard let time = row.lastTimestamp else { return .count(nil) }
                return StyledText(WallClock.time(time, offsetSeconds: model.utcOffsetSeconds), .muted)
            },
            Column(title: "Ago", alignment: .right, minimum: 6, priority: 1) { row in
                guard let time = row.lastTimestamp, let now else { return StyledText() }
                return StyledText(Figures.span(seconds: max(0, now - time) / 1000))
            },
            Column(title: "Transaction", alignment: .right, minimum: 11, priority: 2) {
                $0.transactionStart.map { StyledText("from \(Figures.count($0))", .warning) }
                    ?? StyledText(Figures.none, .muted)
            },
        ]
        return Table(
            items: picture?.rows ?? [], columns: columns,
            id: { .record(partition: $0.partition, offset: $0.producerID) },
            words: { "\($0.partition) \($0.producerID)" },
            empty: model.asked?.reason
                ?? (picture == nil
                    ? "Asking…"
                    : "No producer with enable.idempotence has written to \(topic) lately, and no other leaves an id "
                        + "in the logs."
                        + (model.keyHint(.viewClients).map { " Under \($0) klamm's own are set to it." } ?? ""))
        ).listing(model.screen.list)
    }

    static func foot(_ model: Model, topic: String) -> StyledText {
        if let reason = model.asked?.reason { return StyledText(reason, .error) }
        if let gap = model.producers(of: topic)?.gap { return StyledText(gap, .warning) }
        return StyledText("a batch whose number a log knows is not written again", .muted)
    }
}

extension Model {
    /// Nil before somebody has answered.
    func producers(of topic: String) -> ProducersPicture? {
        guard case .producers(let picture)? = asked?.answer, picture.topic == topic else { return nil }
        return picture
    }

    mutating func openProducers() {
        guard let topic = topicHere else { return show(.warning, "Select a topic first") }
        go(to: .producers(topic: topic))
    }
}
