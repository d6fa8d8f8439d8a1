import DeliveryLedger
import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// An event as programs read it: in words, and in the fields that its sort has.
///
/// ```
/// {"id":17,"kind":"election","at":1795285017000,"text":"orders-0 is led by 2 after 1 ...","event":"leader.elected",
///  "node":101,"partition":"orders-0","leader":2,"previous.leader":1,"leader.epoch":3,"isr":[2,3],"unclean":false}
/// ```
enum EventJSON {
    static func value(of event: ClusterEvent, id: UInt64) -> JSONValue {
        let summary = EventSummary(event)
        let fields: JSONValue = [
            "id": id.json, "kind": summary.kind.rawValue.json, "at": event.at.json, "text": summary.text.json,
        ]
        return joined(fields, own(event))
    }

    static func kind(of event: ClusterEvent) -> String { EventSummary(event).kind.rawValue }

    private static func own(_ event: ClusterEvent) -> JSONValue {
        switch event {
        case .node(let event): joined(node(event.kind), ["node": event.node.json])
        case .fault(let fault, _): ["event": "fault", "fault": "\(fault)", "nodes": fault.victims.json]
        case .client(let event, _): client(event)
        case .notice(let notice, _): self.notice(notice)
        }
    }

    private static func joined(_ left: JSONValue, _ right: JSONValue) -> JSONValue {
        guard case .object(let left) = left, case .object(let right) = right else {
            preconditionFailure("events are told as objects")
        }
        return .object(left + right)
    }

    private static func node(_ kind: BrokerEvent.Kind) -> JSONValue {
        switch kind {
        case .controllerElected(let epoch, let cause):
            ["event": "controller.elected", "epoch": epoch.json, "because": cause?.words.json ?? .null]
        case .brokerRegistered(let id, let epoch):
            ["event": "broker.registered", "broker": id.json, "epoch": epoch.json]
        case .registrationRefused(let id, let until):
            ["event": "registration.refused", "broker": id.json, "until": until.json]
        case .brokerFenced(let id, let reason):
            ["event": "broker.fenced", "broker": id.json, "reason": reason.json]
        case .brokerUnfenced(let id): ["event": "broker.unfenced", "broker": id.json]
        case .brokerUnregistered(let id): ["event": "broker.unregistered", "broker": id.json]
        case .leaderElected(let partition, let leader, let previous, let epoch, let isr, let isUnclean):
            [
                "event": "leader.elected", "partition": partition.json, "leader": leader.json,
                "previous.leader": previous.json, "leader.epoch": epoch.json, "isr": isr.json,
                "unclean": isUnclean.json,
            ]
        case .isrChanged(let partition, let from, let to, let epoch):
            [
                "event": "isr.changed", "partition": partition.json, "previous.isr": from.json, "isr": to.json,
                "leader.epoch": epoch.json,
            ]
        case .replicasChanged(let partition, let from, let to):
            [
                "event": "replicas.changed", "partition": partition.json, "previous.replicas": from.json,
                "replicas": to.json,
            ]
        case .topicCreated(let topic, let partitions, let factor):
            [
                "event": "topic.created", "topic": topic.json, "partitions": partitions.json,
                "replication.factor": factor.json,
            ]
        case .topicDeleted(let topic): ["event": "topic.deleted", "topic": topic.json]
        case .partitionsAdded(let topic, let total):
            ["event": "partitions.added", "topic": topic.json, "partitions": total.json]
        case .configChanged(let resource, let name, let value):
            ["event": "config.changed", "resource": resource.description.json, "name": name.json, "value": value.json]
        case .lifecycleChanged(let state): ["event": "lifecycle.changed", "state": state.rawValue.json]
        case .leadershipBegan(let partition, let epoch, let start):
            [
                "event": "leadership.began", "partition": partition.json, "leader.epoch": epoch.json,
                "start.offset": start.json,
            ]
        case .logTruncated(let partition, let from, let to):
            ["event": "log.truncated", "partition": partition.json, "from": from.json, "to": to.json]
        case .logRecovered(let partition, let end, let cut):
            [
                "event": "log.recovered", "partition": partition.json, "log.end.offset": end.json,
                "bytes.cut": cut.json,
            ]
        case .replicaFailed(let partition, let reason):
            ["event": "replica.failed", "partition": partition.json, "reason": reason.json]
        case .logDirectoryFailed(let id, let reason):
            ["event": "log.directory.failed", "broker": id.json, "reason": reason.json]
        case .highWatermarkHeld(let partition, let offset, let isr, let minISR):
            [
                "event": "high.watermark.held", "partition": partition.json, "high.watermark": offset.json,
                "isr": isr.json, "min.isr": minISR.effective.json,
                "min.insync.replicas": minISR.setting.json,
            ]
        case .groupChanged(let group, let state, let generation, let members, let term):
            [
                "event": "group.changed", "group": group.json, "state": state.json, "generation": generation.json,
                "members": members.json, "coordinator.epoch": term.leaderEpoch.json,
            ]
        case .groupMemberLeft(let group, let member, let reason, let term):
            [
                "event": "group.member.left", "group": group.json, "member": member.json, "reason": reason.json,
                "coordinator.epoch": term.leaderEpoch.json,
            ]
        case .groupRemoved(let group, let reason, let term):
            [
                "event": "group.removed", "group": group.json, "reason": reason.json,
                "coordinator.epoch": term.leaderEpoch.json,
            ]
        case .badFrame(let client, let reason):
            ["event": "bad.frame", "client": client.json, "reason": reason.json]
        }
    }

    private static func notice(_ notice: ClusterNotice) -> JSONValue {
        switch notice {
        case .controllersLost(let outage): ["event": "controllers.lost", "reason": outage.reason.json]
        case .controllerReturned(let id): ["event": "controller.returned", "node": id.json]
        case .directoryStaysOffline(let id): ["event": "log.directory.stays.offline", "broker": id.json]
        case .recordsLost(let loss): self.loss("records.lost", loss)
        case .lossUpdated(let loss): self.loss("loss.updated", loss)
        case .recordsReturned(let loss): self.loss("records.returned", loss)
        case .powerTook(let id, let tail):
            [
                "event": "power.took", "broker": id.json, "partition": tail.partition.json,
                "offsets": [tail.offsets.lowerBound.json, tail.offsets.upperBound.json], "bytes": tail.bytes.json,
            ]
        case .formerCoordinator(let event, let successor):
            [
                "event": "former.coordinator", "node": event.node.json, "coordinator": successor.json,
                "said": node(event.kind),
            ]
        case .clusterUnreachable: ["event": "cluster.unreachable"]
        case .groupGone(let group, let coordinator):
            ["event": "group.gone", "group": group.json, "coordinator": coordinator.json]
        case .clusterReplaced(let old, let new): ["event": "cluster.replaced", "from": old.json, "to": new.json]
        case .brokerUnreachable(let id): ["event": "broker.unreachable", "broker": id.json]
        case .faultIsOver(let price): ["event": "fault.over", "fault": "\(price.fault)", "nodes": price.victims.json]
        case .offsetMoved(let group, let partition, let from, let to):
            [
                "event": "offset.moved", "group": group.json, "partition": partition.json, "from": from.json,
                "to": to.json,
            ]
        case .commitWentBack(let group, let partition, let from, let to):
            [
                "event": "commit.back", "group": group.json, "partition": partition.json, "from": from.json,
                "to": to.json,
            ]
        case .commitsGone(let group): ["event": "commits.gone", "group": group.json]
        case .groupAppeared(let group, let state, let members):
            ["event": "group.appeared", "group": group.json, "state": state.json, "members": members.json]
        case .membersLeft(let group, let members):
            ["event": "group.members.left", "group": group.json, "members": members.json]
        case .coordinatorMoved(let group, let from, let to):
            ["event": "coordinator.moved", "group": group.json, "from": from.json, "to": to.json]
        case .groupChanged(let group, let state, let members):
            ["event": "group.changed", "group": group.json, "state": state.json, "members": members.json]
        }
    }

    /// Without the records themselves: those are the ledger's.
    private static func loss(_ event: JSONValue, _ loss: Loss) -> JSONValue {
        [
            "event": event, "loss": loss.number.json, "partition": loss.partition.json, "broker": loss.broker.json,
            "leader.epoch": loss.leaderEpoch.json, "count": loss.count.json,
            "offsets": [loss.offsets.lowerBound.json, loss.offsets.upperBound.json],
        ]
    }

    private static func client(_ event: ClientEvent) -> JSONValue {
        switch event {
        case .producerStarted(let settings): ["event": "producer.started", "topic": settings.topic.json]
        case .producerStopped(let topic): ["event": "producer.stopped", "topic": topic.json]
        case .acksChanged(let topic, let acks):
            ["event": "acks.changed", "topic": topic.json, "acks": acks.name.json]
        case .producerChanged(let settings): ["event": "producer.changed", "topic": settings.topic.json]
        case .outboxTakenUp(let topic, let records):
            ["event": "outbox.taken-up", "topic": topic.json, "records": records.json]
        case .producerCrashed(let topic, let lost, let unknown):
            [
                "event": "producer.crashed", "topic": topic.json, "lost.in.buffer": lost.json,
                "unknown": unknown.json,
            ]
        case .groupStarted(let settings): ["event": "group.started", "group": settings.group.json]
        case .groupStopped(let group): ["event": "group.stopped", "group": group.json]
        case .autoCommitChanged(let group, let isOn):
            ["event": "auto.commit.changed", "group": group.json, "auto.commit": isOn.json]
        case .groupChanged(let settings): ["event": "group.settings.changed", "group": settings.group.json]
        case .memberCrashed(let group, let member):
            ["event": "member.crashed", "group": group.json, "member": member.json]
        case .groupSought(let group, let target):
            ["event": "group.sought", "group": group.json, "target": target.words.json]
        case .clientError(let client, let reason):
            ["event": "client.error", "client": client.json, "reason": reason.json]
        }
    }
}
