import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// The cluster at one moment as programs read it. What is unknown is null.
package enum SnapshotJSON {
    /// `verdicts` are those of who has looked at it for a while, and has noted this look.
    package static func value(of snapshot: ClusterSnapshot, _ verdicts: GroupVerdicts) -> JSONValue {
        [
            "cluster.id": snapshot.clusterID.json, "at": snapshot.takenAt.json,
            "controller": snapshot.controller.json, "metadata.offset": snapshot.metadataOffset.json,
            "records.per.second": snapshot.recordsPerSecond.json,
            "controllers": .array(
                snapshot.controllers.map { ["id": $0.id.json, "up": $0.isUp.json, "active": $0.isActive.json] }),
            "brokers": .array(snapshot.brokers.map(value)), "topics": .array(snapshot.topics.map(value)),
            "groups": snapshot.groupsAreTold || !snapshot.groups.isEmpty
                ? .array(
                    snapshot.groups.map { group in
                        value(of: group, verdicts.commits(of: group.id), now: snapshot.takenAt.wallClockMilliseconds)
                    }) : .null, "faults": .array(snapshot.faults.map(value)),
        ]
    }

    static func value(of fault: FaultState.ActiveFault) -> JSONValue {
        ["fault": "\(fault.fault)", "since": fault.since.json, "until": fault.until.json]
    }

    private static func value(of broker: ClusterSnapshot.Broker) -> JSONValue {
        [
            "id": broker.id.json, "host": broker.host.json, "port": broker.port.json,
            "state": broker.state.word.json, "leaders": broker.leaders.json, "replicas": broker.replicas.json,
            "connections": broker.connections.json, "bytes.in.per.second": broker.bytesInPerSecond.json,
            "bytes.out.per.second": broker.bytesOutPerSecond.json, "log.bytes": broker.logBytes.json,
            "log.directory.failure": broker.logDirectoryFailure.json,
        ]
    }

    private static func value(of topic: ClusterSnapshot.Topic) -> JSONValue {
        [
            "name": topic.name.json, "id": "\(topic.id)", "internal": topic.isInternal.json,
            "partitions": .array(topic.partitions.map(value)),
        ]
    }

    private static func value(of partition: ClusterSnapshot.Partition) -> JSONValue {
        [
            "partition": partition.index.json, "leader": partition.leader.json,
            "leader.epoch": partition.leaderEpoch.json, "isr": partition.isr.json,
            "log.start.offset": partition.logStartOffset.json, "high.watermark": partition.highWatermark.json,
            "log.end.offset": partition.logEndOffset.json, "bytes": partition.sizeInBytes.json,
            "replicas": .array(
                partition.replicas.map {
                    ["broker": $0.broker.json, "state": $0.state.word.json, "log.end.offset": $0.logEndOffset.json]
                }),
        ]
    }

    private static func value(of group: ClusterSnapshot.Group, _ commits: GroupCommits, now: Int64) -> JSONValue {
        let worst = commits.certainWorst(of: group, now: now)
        return [
            "id": group.id.json, "state": group.state.json, "generation": group.generation.json,
            "protocol": group.protocolName.json, "coordinator": group.coordinator.json, "lag": group.lag.json,
            "verdict": (worst?.status.rawValue).json, "verdict.since": begin(worst?.begin),
            "verdict.missing": commits.commitsOfDoubt(about: group, now: now).map(missing).json,
            "members": group.members.map { .array($0.map(value)) } ?? .null,
            "partitions": .array(
                group.partitions.map { partition in
                    let status = commits.certainStatus(partition, now: now)
                    let since = status.flatMap { commits.window(partition.partition)?.begin(of: $0) }
                    return [
                        "partition": partition.partition.json, "member": partition.member.json,
                        "committed": partition.committed.json, "committed.at": partition.committedAt.json,
                        "high.watermark": partition.highWatermark.json,
                        "log.end.offset": partition.logEndOffset.json, "lag": partition.lag.json,
                        "verdict": (status?.rawValue).json, "verdict.since": begin(since),
                    ]
                }),
        ]
    }

    /// Why there is no verdict, or none of all that the group reads: who asks again later is told.
    private static func missing(_ commits: Int) -> String {
        "\(commits) of \(CommitWindow.size) commits were seen"
    }

    /// Null also for some time before it was looked for.
    private static func begin(_ begin: StatusBegin?) -> JSONValue {
        if case .at(let time)? = begin { time.json } else { .null }
    }

    private static func value(of member: GroupSnapshot.Member) -> JSONValue {
        [
            "id": member.id.json, "instance.id": member.instanceID.json, "client.id": member.clientID.json,
            "host": member.clientHost.json, "assignment": member.assignment.json, "epoch": member.epoch.json,
            "target": member.target.json,
        ]
    }
}

extension ClusterSnapshot.Broker.State {
    fileprivate var word: String {
        switch self {
        case .down: "down"
        case .starting(let state): state.rawValue
        case .waitingForSession: "waiting for its former session to expire"
        case .fenced: "fenced"
        case .running: "running"
        case .shuttingDown: "shutting down"
        case .unreachable: "unreachable"
        }
    }
}

extension ClusterSnapshot.Replica.State {
    fileprivate var word: String {
        switch self {
        case .leader: "leader"
        case .inSync: "in sync"
        case .lagging: "lagging"
        case .offline: "offline"
        }
    }
}
