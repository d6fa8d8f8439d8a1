import KafkaCluster

/// The dry run of an offset reset: where each partition stands, where it would go on, and what that means.
enum ResetView {
    static func listing(_ model: Model, _ reset: OffsetReset) -> Listing {
        let columns: [Column<ResetStep>] = [
            Column(title: "Partition", minimum: 12, maximum: 40, shrinks: true) {
                StyledText($0.partition.description)
            },
            Column(title: "Committed", alignment: .right, minimum: 9) {
                $0.committed.map { StyledText(Figures.count($0)) } ?? StyledText(Figures.none, .muted)
            },
            Column(title: "New", alignment: .right, minimum: 9) {
                $0.new.map { StyledText(Figures.count($0), .accent, .bold) } ?? StyledText(Figures.unknown, .muted)
            },
            Column(title: "What it means", minimum: 24, maximum: 60, shrinks: true) { meaning($0) },
            Column(title: "", minimum: 10, maximum: 50, shrinks: true, priority: 1) {
                StyledText($0.note ?? "", .warning)
            },
        ]
        return Table(
            items: model.resetPlan(reset), columns: columns, id: { .partition($0.partition) },
            words: { $0.partition.description }, empty: "The group has no partitions."
        ).listing(model.screen.list)
    }

    private static func meaning(_ step: ResetStep) -> StyledText {
        guard step.new != nil else { return StyledText("stays as it is", .muted) }
        guard let again = step.again else { return StyledText("begins there") }
        if again == 0 { return StyledText("nothing changes", .muted) }
        return again > 0
            ? StyledText("\(Figures.plural(again, "record")) read again", .text)
            : StyledText("passes over \(Figures.plural(Int64(clamping: again.magnitude), "record"))", .warning)
    }

    static func remark(_ model: Model, _ reset: OffsetReset) -> StyledText {
        StyledText("dry run", .warning, .bold)
            + StyledText(" · to \(reset.target.words(offsetSeconds: model.utcOffsetSeconds))", .muted)
    }

    static func foot(_ model: Model, _ reset: OffsetReset) -> StyledText {
        if let reason = model.asked?.reason { return StyledText("! \(reason)", .error) }
        let state = StyledText("nothing has been done yet", .muted)
        guard let key = model.keyHint(.applyReset) else { return state }
        return state + StyledText(" · ", .muted) + StyledText(key, .key)
            + StyledText(" moves them, esc leaves them", .muted)
    }
}
