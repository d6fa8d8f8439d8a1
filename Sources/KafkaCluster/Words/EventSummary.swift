import KafkaBroker
import KafkaProtocol

/// An event in words: what sort it is, a sentence, and what it concerns.
package struct EventSummary: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case election, isr, broker, group, fault, client, topic, log
    }

    package var kind: Kind
    package var isBad: Bool
    package var text: String
    /// The topic or group concerned; nil where it concerns everybody.
    package var topic: String?
    package var group: String?
    /// What it has in common with events of other partitions, where it is one of many.
    package var gatheredBy: String?
    /// It touches every topic and group there is.
    package var concernsAll: Bool

    package init(_ event: ClusterEvent) {
        switch event {
        case .node(let event): self = Self.node(event)
        case .fault(let fault, _): self = Self.fault(fault)
        case .client(let event, _): self = Self.client(event)
        case .notice(let notice, _): self = Self.notice(notice)
        }
    }

    private init(
        _ kind: Kind, bad: Bool = false, _ text: String, topic: String? = nil, group: String? = nil,
        gatheredBy: String? = nil, concernsAll: Bool = false
    ) {
        self.concernsAll = concernsAll
        self.kind = kind
        self.isBad = bad
        self.text = text
        self.topic = topic
        self.group = group
        self.gatheredBy = gatheredBy
    }

    private static func fault(_ fault: Fault) -> Self {
        switch fault {
        case .kill(let id): Self(.fault, bad: true, "\(id.title) was killed: its memory and connections are gone")
        case .restart(let id): Self(.fault, "\(id.title) was started again on the same data and port")
        case .stop(let id):
            Self(
                .fault, bad: true,
                "\(id.title) was told to stop; "
                    + (id.isController ? "it gives leadership up first" : "its leaders move away first"))
        case .powerLoss(let id): Self(.fault, bad: true, "\(id.title) lost power: what was not fsynced is gone")
        case .wipe(let id): Self(.fault, bad: true, "\(id.title) was killed and its disk emptied")
        case .freeze(let id): Self(.fault, bad: true, "\(id.title) was frozen: it does nothing and loses nothing")
        case .thaw(let id): Self(.fault, "\(id.title) was thawed and goes on where it stood")
        case .heal(let ended): Self(.fault, "Healed: \(ended)")
        case .healAll: Self(.fault, "Healed: everything")
        case .link, .request, .disk, .clockSkew: Self(.fault, bad: true, "Fault: \(fault)")
        }
    }

    private static func node(_ event: BrokerEvent) -> Self {
        let node = event.node.title
        switch event.kind {
        case .controllerElected(let epoch, let cause):
            let why = cause.map { ": \($0.words)" } ?? ""
            return Self(.election, "\(node) is active (epoch \(epoch))\(why)")
        case .brokerRegistered(let id, let epoch): return Self(.broker, "\(id.title) registered (epoch \(epoch))")
        case .registrationRefused(let id, let until):
            let wait = max(0, (until - event.at).wholeMilliseconds)
            return Self(
                .broker, bad: true, "\(id.title) must wait \(Figures.count(wait)) ms for its former session to expire")
        case .brokerFenced(let id, let reason): return Self(.broker, bad: true, "\(id.title) was fenced: \(reason)")
        case .brokerUnfenced(let id): return Self(.broker, "\(id.title) serves")
        case .brokerUnregistered(let id): return Self(.broker, "\(id.title) was unregistered: the cluster forgot it")
        case .replicasChanged(let partition, let from, let to):
            let text = "\(partition) has its replicas on \(to.words) now, before on \(from.words)"
            return Self(.topic, text, topic: partition.topic, gatheredBy: "\(to.words) before \(from.words)")
        case .leaderElected(let partition, let leader, let previous, let epoch, let isr, let isUnclean):
            return elected(partition, leader, previous: previous, epoch: epoch, isr: isr, isUnclean: isUnclean)
        case .isrChanged(let partition, let from, let to, let epoch):
            return isrChanged(partition, from: from, to: to, epoch: epoch)
        case .topicCreated(let name, let partitions, let factor):
            let text =
                "Topic \(name) was created: \(Figures.plural(Int64(partitions), "partition")), "
                + "\(Figures.plural(Int64(factor), "replica")) each"
            return Self(.topic, text, topic: name)
        case .topicDeleted(let name): return Self(.topic, "Topic \(name) was deleted", topic: name)
        case .partitionsAdded(let name, let total):
            return Self(.topic, "\(name) has \(total) partitions now", topic: name)
        case .configChanged(let resource, let name, let value):
            let topic: String? = if case .topic(let name) = resource { name } else { nil }
            let text = "\(resource): \(name) " + (value.map { "is \($0) now" } ?? "is back at its default")
            return Self(.topic, text, topic: topic)
        case .lifecycleChanged(let state): return Self(.broker, "\(node) is \(state.words)")
        case .leadershipBegan(let partition, let epoch, let start):
            let text = "\(node) serves \(partition) in epoch \(epoch), from offset \(Figures.count(start)) on"
            return Self(.log, text, topic: partition.topic, gatheredBy: "\(node) serves")
        case .highWatermarkHeld(let partition, let offset, let isr, let minISR):
            let text =
                "\(partition) high wm held at \(Figures.count(offset)): ISR \(isr.words) < \(minISR.words)"
            return Self(
                .isr, bad: true, text, topic: partition.topic,
                gatheredBy: "held with \(isr.words) of \(minISR.effective)")
        case .logTruncated(let partition, let from, let to):
            let text = "\(node) dropped \(partition) from \(Figures.count(from)) back to \(Figures.count(to))"
            return Self(.log, bad: true, text, topic: partition.topic)
        case .logRecovered(let partition, let end, let cut):
            let text = "\(node) recovered \(partition) up to \(Figures.count(end))"
            let more = cut > 0 ? ", cutting \(Figures.bytes(cut)) of a torn tail" : ""
            return Self(.log, bad: cut > 0, text + more, topic: partition.topic)
        case .replicaFailed(let partition, let reason):
            return Self(.log, bad: true, "\(node) cannot use \(partition): \(reason)", topic: partition.topic)
        case .logDirectoryFailed(let broker, let reason):
            return Self(.broker, bad: true, "\(broker.title) has lost its log directory: \(reason)")
        case .groupChanged(let group, let state, let generation, let members, _):
            let text = "\(group) is \(state): generation \(generation), \(Figures.plural(Int64(members), "member"))"
            return Self(.group, bad: state.hasSuffix("Rebalance"), text, group: group)
        case .groupMemberLeft(let group, let member, let reason, _):
            return Self(.group, bad: true, left(group, member, reason), group: group)
        case .groupRemoved(let group, let reason, _):
            return Self(.group, "\(group) is gone: \(reason)", group: group)
        case .badFrame(let client, let reason):
            return Self(.broker, bad: true, "\(node) hung up on \(client): \(reason)")
        }
    }

    /// A member goes by itself, sometimes with a reason of its own, or its coordinator gives it up.
    private static func left(_ group: String, _ member: String, _ reason: String) -> String {
        if reason == "left" { return "\(member) left \(group) of its own accord" }
        let own = "left: "
        return reason.hasPrefix(own)
            ? "\(member) left \(group): \(reason.dropFirst(own.count))"
            : "\(member) was removed from \(group): \(reason)"
    }

    private static func notice(_ notice: ClusterNotice) -> Self {
        switch notice {
        case .controllersLost(let outage): Self(.election, bad: true, "No controller is active: \(outage.reason)")
        case .controllerReturned(let id): Self(.election, "\(id.title) is the active one: topics and elections go on")
        case .directoryStaysOffline(let id):
            Self(
                .broker, bad: true,
                "\(id.title) keeps its log directory offline until it is restarted: restart \(id)")
        case .recordsLost(let loss), .lossUpdated(let loss):
            Self(
                .log, bad: true, "\(loss.mayGrow ? "Lost so far" : "Lost"): \(loss.summary)",
                topic: loss.partition.topic)
        case .powerTook(let id, let tail): powerTook(tail, of: id)
        case .formerCoordinator(let event, let successor): former(event, successor)
        case .clusterUnreachable:
            Self(.broker, bad: true, "No broker answers any more: what goes on there is unknown", concernsAll: true)
        case .groupGone(let group, let coordinator):
            Self(
                .group, "\(group) is gone: deleted or expired, as coordinator \(coordinator) lists it no more",
                group: group)
        case .faultIsOver(let price): Self(.fault, "Over: \(price.fault) · \(price.summary)")
        case .clusterReplaced(let old, let new):
            Self(
                .broker, bad: true, "Another cluster answers here now: \(new), no longer \(old)", concernsAll: true)
        case .brokerUnreachable(let id):
            Self(.broker, bad: true, "\(id.title) does not answer, though the cluster lists it")
        case .offsetMoved(let group, let partition, let from, let to): moved(group, partition, from: from, to: to)
        case .commitWentBack(let group, let partition, let from, let to):
            Self(
                .group, bad: true,
                "\(group) committed \(Figures.count(to)) in \(partition) after \(Figures.count(from))",
                topic: partition.topic, group: group, gatheredBy: "\(group) committed earlier offsets")
        case .commitsGone(let group):
            Self(
                .group, bad: true, "What \(group) had committed is gone: deleted, or expired; the group is there",
                group: group)
        case .groupAppeared(let group, let state, let members):
            Self(.group, "\(group) is new: \(state)" + (members.map { ", \(count($0))" } ?? ""), group: group)
        case .membersLeft(let group, let members):
            Self(
                .group, bad: true,
                members.count == 1
                    ? "\(members[0]) left \(group), or was removed"
                    : "\(count(members.count)) left \(group), or were removed: \(members.prefix(3).joined(separator: ", "))"
                        + (members.count > 3 ? " and others" : ""),
                group: group)
        case .coordinatorMoved(let group, let from, let to):
            Self(
                .group, "\(group) is coordinated by \(to) after \(from)", group: group,
                gatheredBy: "coordinated by \(to) after \(from)")
        case .groupChanged(let group, let state, let members):
            Self(
                .group, bad: state.hasSuffix("Rebalance"),
                "\(group) is \(state)" + (members.map { ": \(count($0))" } ?? ""), group: group)
        case .recordsReturned(let loss):
            Self(.log, "Back again, since who had kept them leads: \(loss.summary)", topic: loss.partition.topic)
        }
    }

    private static func count(_ members: Int) -> String { Figures.plural(Int64(members), "member") }

    private static func powerTook(_ tail: LostTail, of broker: BrokerID) -> Self {
        let (first, last) = (tail.offsets.lowerBound, tail.offsets.upperBound - 1)
        let offsets =
            first == last ? "offset \(Figures.count(first))" : "offsets \(Figures.count(first))–\(Figures.count(last))"
        let text =
            "\(broker.title) lost \(offsets) of \(tail.partition) with its power: \(Figures.bytes(tail.bytes)) "
            + "had not been flushed"
        return Self(
            .log, bad: true, text, topic: tail.partition.topic, gatheredBy: "\(broker.title) lost with its power")
    }

    private static func former(_ event: BrokerEvent, _ successor: BrokerID?) -> Self {
        let told = node(event)
        let now = successor.map { "\($0)" } ?? "none"
        return Self(.group, "Former coordinator \(event.node) (now \(now)): \(told.text)", group: told.group)
    }

    private static func moved(_ group: String, _ partition: TopicPartition, from: Int64?, to: Int64) -> Self {
        var text = "\(group) was moved in \(partition)"
        if let from {
            let count = Figures.count(Int64(clamping: from.saturatingSubtract(to).magnitude))
            let what = to < from ? "are read again" : "are skipped"
            text += " from \(Figures.count(from)) to \(Figures.count(to)): \(count) \(what)"
        } else {
            text += " to \(Figures.count(to)): nothing was committed"
        }
        return Self(
            .group, bad: from.map { to > $0 } ?? false, text, topic: partition.topic, group: group,
            gatheredBy: "\(group) was moved")
    }

    private static func elected(
        _ partition: TopicPartition, _ leader: BrokerID, previous: BrokerID, epoch: Int32, isr: [BrokerID],
        isUnclean: Bool
    ) -> Self {
        let topic = partition.topic
        if leader == .none {
            let text =
                "\(partition) has no leader: nobody in sync is up · epoch \(epoch)"
            return Self(.election, bad: true, text, topic: topic, gatheredBy: "no leader after \(previous)")
        }
        let before = previous == .none || previous == leader ? "" : " after \(previous)"
        let how = isUnclean ? ", UNCLEANLY: records may be lost" : ""
        let text = "\(partition) is led by \(leader)\(before)\(how) · epoch \(epoch) · ISR \(isr.words)"
        return Self(
            .election, bad: isUnclean, text, topic: topic, gatheredBy: "\(leader) after \(previous), \(isUnclean)")
    }

    private static func isrChanged(
        _ partition: TopicPartition, from: [BrokerID], to: [BrokerID], epoch: Int32
    ) -> Self {
        let gone = from.filter { !to.contains($0) }
        let back = to.filter { !from.contains($0) }
        var parts: [String] = []
        if !gone.isEmpty { parts.append("lost \(gone.words)") }
        if !back.isEmpty { parts.append("took back \(back.words)") }
        let what = parts.isEmpty ? "stays as it is" : parts.joined(separator: " and ")
        let text = "\(partition) ISR \(what) · now \(to.words) · epoch \(epoch)"
        return Self(.isr, bad: !gone.isEmpty, text, topic: partition.topic, gatheredBy: what)
    }

    private static func client(_ event: ClientEvent) -> Self {
        switch event {
        case .producerStarted(let settings):
            let rate = settings.recordsPerSecond.map { "\(Figures.rate($0))/s" } ?? "full speed"
            return Self(
                .client, "The producer of \(settings.topic) started: \(rate), acks=\(settings.acks.name)",
                topic: settings.topic)
        case .producerStopped(let topic): return Self(.client, "The producer of \(topic) stopped", topic: topic)
        case .acksChanged(let topic, let acks):
            return Self(.client, "The producer of \(topic) sends with acks=\(acks.name) now", topic: topic)
        case .producerChanged(let settings):
            return Self(.client, "The producer of \(settings.topic) has other settings now", topic: settings.topic)
        case .outboxTakenUp(let topic, let records):
            return Self(
                .client,
                "The outbox of \(topic) holds \(Figures.plural(Int64(records), "record")) of an earlier run: what stays is sent again",
                topic: topic)
        case .producerCrashed(let topic, let lost, let unknown):
            return Self(
                .client, bad: true,
                "The producer of \(topic) crashed: \(Figures.plural(lost, "record")) lost in its buffer,"
                    + " \(Figures.count(unknown)) in flight with an unknown fate",
                topic: topic)
        case .groupStarted(let settings):
            let members = Figures.plural(Int64(settings.members), "member")
            return Self(.client, "Group \(settings.group) started with \(members)", group: settings.group)
        case .groupStopped(let group): return Self(.client, "Group \(group) stopped", group: group)
        case .autoCommitChanged(let group, let isOn):
            return Self(.client, "Auto-commit of \(group) is \(isOn ? "on" : "off")", group: group)
        case .groupChanged(let settings):
            return Self(.client, "Group \(settings.group) has other settings now", group: settings.group)
        case .memberCrashed(let group, let member):
            return Self(
                .client, bad: true, "Member \(member) of \(group) crashed: no last commit, no word to the group",
                group: group)
        case .groupSought(let group, let target):
            return Self(.client, "Group \(group) reads on from \(target.words)", group: group)
        case .clientError(let client, let reason): return Self(.client, bad: true, "\(client): \(reason)")
        }
    }
}
