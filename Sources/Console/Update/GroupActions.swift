import KafkaCluster
import KafkaProtocol

/// Members, own consumers, and the reset of offsets.
extension Model {
    mutating func openMembers() {
        guard let group = groupHere else { return show(.warning, "Select a group first") }
        go(to: .members(group: group))
    }

    /// Starts or stops klamm's consumers of the group here, else of the topic here, else the first.
    mutating func toggleConsumers() -> [Command] {
        let groups = live.snapshot?.workload?.groups ?? []
        if let here = groupHere, !groups.contains(where: { $0.settings.group == here }) {
            show(.warning, "\(here) is not klamm's own: its members are other programs")
            return []
        }
        let topic = topicHere
        guard
            let group = groups.first(where: { $0.settings.group == groupHere })
                ?? groups.first(where: { group in topic.map { group.settings.topics.contains($0) } ?? true })
        else { return startConsumers(of: topic) }
        let name = group.settings.group
        let key = keyName(.toggleConsumers)
        if group.isRunning {
            // Who commits by hand has done so.
            let leaving = group.settings.enableAutoCommit ? "they commit and leave" : "they leave"
            show(.warning, "Stopping the consumers of \(name); \(leaving) · \(key) starts them again")
            return [.client(.stopGroup(name))]
        }
        show(.ok, "Starting the consumers of \(name) · \(key) stops them")
        return [.client(.startGroup(group.settings))]
    }

    private mutating func startConsumers(of topic: String?) -> [Command] {
        guard let topic, live.snapshot?.topics.first(where: { $0.name == topic })?.isInternal == false else {
            show(.warning, "Select a topic or a group of klamm's own first")
            return []
        }
        let settings = ConsumerSettings(group: "\(topic)-readers", topics: [topic])
        show(.ok, "Starting a consumer of \(topic) in group \(settings.group) · \(keyName(.toggleConsumers)) stops it")
        return [.client(.startGroup(settings))]
    }

    /// Why the group's offsets cannot be moved or deleted now; as Kafka has it, only an empty group's can.
    private func emptinessRefusal(_ group: String, is deed: String, who members: String) -> String? {
        guard let known = live.snapshot?.groups.first(where: { $0.id == group }) else {
            return "Group \(group) is gone"
        }
        guard known.members?.isEmpty == false || !["Empty", "Dead"].contains(known.state) else { return nil }
        let isOwn = live.snapshot?.workload?.groups.contains { $0.settings.group == group && $0.isRunning } == true
        let cure = isOwn ? "\(keyName(.toggleConsumers)) stops them" : "stop its consumers first"
        let who =
            known.members.map { "with \(Figures.plural(Int64($0.count), "member")), who" } ?? "and has members, who"
        return "\(group) is \(known.state) \(who) would \(members): only an empty group can be \(deed) · " + cure
    }

    private func resetRefusal(_ group: String) -> String? {
        emptinessRefusal(group, is: "moved", who: "overwrite it")
    }

    private func deletionRefusal(_ group: String) -> String? {
        emptinessRefusal(group, is: "deleted", who: "make it anew")
    }

    // MARK: Deletion

    mutating func openGroupDeletion() {
        guard let group = groupHere else { return show(.warning, "Select a group first") }
        if let refusal = deletionRefusal(group) { return show(.warning, refusal) }
        overlay = .form(
            Form(
                purpose: .deleteGroup(group), title: "Delete group \(group) and its committed offsets",
                about: about(.deleteGroup(group)),
                fields: [Form.Field(label: "Its name", field: TextField(), hint: "type \(group) to delete it")]))
    }

    mutating func submitGroupDeletion(_ form: Form, _ group: String, _ text: String) -> [Command] {
        guard text == group else { return refuse(form, "that is not its name: \(group)") }
        if let refusal = deletionRefusal(group) { return refuse(form, refusal) }
        overlay = nil
        show(.warning, "Deleting group \(group)")
        return [.deleteGroup(group)]
    }

    // MARK: Reset

    mutating func openResetForm() {
        guard let group = groupHere else { return }
        if let refusal = resetRefusal(group) { return show(.warning, refusal) }
        overlay = .form(
            Form(
                purpose: .resetOffsets(group: group), title: "Move the offsets of \(group)",
                fields: [
                    Form.Field(
                        label: "Partitions", field: TextField(offering: "all"),
                        hint: "all, or some such as orders-0,orders-2"),
                    Form.Field(
                        label: "To", field: TextField(), hint: "earliest, latest, 1234, +10, -10, 14:02 or -5m"),
                ], focus: 1))
    }

    mutating func submitReset(_ form: Form, _ group: String, _ texts: [String]) -> [Command] {
        let takes = "earliest, latest, an offset, +10, -10, a time, or -5m"
        guard !texts[1].isEmpty else {
            var form = form
            form.focus = 1
            return refuse(form, "To is missing: \(takes)")
        }
        let all = live.snapshot?.groups.first { $0.id == group }?.partitions.map(\.partition) ?? []
        guard !all.isEmpty else { return refuse(form, "\(group) has committed in no partition: nothing can be moved") }
        var partitions = all
        if texts[0] != "all" {
            let names = texts[0].split { $0 == "," || $0 == " " }.map(String.init)
            partitions = all.filter { names.contains($0.description) }
            if let unknown = names.first(where: { name in !all.contains { $0.description == name } }) {
                return refuse(form, "\(group) has no partition \(unknown)")
            }
        }
        guard !partitions.isEmpty else { return refuse(form, "all, or at least one partition") }
        let now = self.now?.wallClockMilliseconds ?? 0
        guard let target = ResetTarget(texts[1], now: now, offsetSeconds: utcOffsetSeconds) else {
            return refuse(form, "To takes \(takes)")
        }
        overlay = nil
        go(to: .reset(OffsetReset(group: group, partitions: partitions, target: target)))
        return []
    }

    func resetPlan(_ reset: OffsetReset) -> [ResetStep] {
        var times: [PartitionTime]?
        if case .offsets(_, let found)? = asked?.answer { times = found }
        return reset.plan(snapshot, times: times)
    }

    mutating func applyReset() -> [Command] {
        guard case .reset(let reset) = place else { return [] }
        if let refusal = resetRefusal(reset.group) {
            show(.warning, refusal)
            return []
        }
        let moves = resetPlan(reset).compactMap { step -> OffsetMove? in
            guard let new = step.new, new != step.committed else { return nil }
            return OffsetMove(partition: step.partition, offset: new, from: step.committed)
        }
        guard !moves.isEmpty else {
            show(.note, "Nothing would change")
            return []
        }
        show(.note, "Committing \(Figures.plural(Int64(moves.count), "offset")) for \(reset.group)")
        screens.removeLast()
        settle()
        return [.moveOffsets(group: reset.group, moves)]
    }

    /// What was moved stands among the events: days later somebody asks why records came twice.
    mutating func moved(_ moves: [OffsetMove], of group: String, problem: String?) {
        if let at = now {
            for move in moves where live.commitMoves.isDone(move, of: group) {
                let notice = ClusterNotice.offsetMoved(
                    group: group, move.partition, from: move.from, to: move.offset)
                live.events.append(.notice(notice, at: at))
            }
            dataChanged()
        }
        guard let problem else {
            return show(.ok, "Moved \(Figures.plural(Int64(moves.count), "offset")) of \(group)")
        }
        show(.error, problem, lasts: true)
    }
}
