import KafkaCluster
import KafkaProtocol

extension Model {
    /// Records a second of a producer that is started where there was none.
    private static let recordsPerSecond = 50.0

    mutating func toggleProducer() -> [Command] {
        let producers = live.snapshot?.workload?.producers ?? []
        let topic = topicHere
        if let topic, !producers.contains(where: { $0.settings.topic == topic }) {
            guard live.snapshot?.topics.first(where: { $0.name == topic })?.isInternal != true else {
                show(.warning, "\(topic) is internal: only brokers write to it")
                return []
            }
            show(
                .ok,
                "Starting a producer of \(topic): \(Figures.rate(Self.recordsPerSecond))/s, acks=all"
                    + " · \(keyName(.toggleProducer)) stops it"
            )
            return [.client(.startProducer(ProducerSettings(topic: topic, recordsPerSecond: Self.recordsPerSecond)))]
        }
        guard let producer = producers.first(where: { $0.settings.topic == topic }) ?? producers.first else {
            show(.warning, "Select a topic first: it is the topic that is written to")
            return []
        }
        let name = producer.settings.topic
        let key = keyName(.toggleProducer)
        if producer.isRunning {
            show(.warning, "Stopping the producer of \(name) · \(key) starts it again")
            return [.client(.stopProducer(topic: name))]
        }
        show(.ok, "Starting the producer of \(name) · \(key) stops it")
        return [.client(.startProducer(producer.settings))]
    }

    mutating func cycleAcks() -> [Command] {
        let producers = live.snapshot?.workload?.producers ?? []
        let topic = topicHere
        guard let producer = producers.first(where: { $0.settings.topic == topic }) ?? producers.first else {
            let place = topic == nil ? " on a topic" : ""
            show(.warning, "No producer runs here · \(keyName(.toggleProducer))\(place) starts one")
            return []
        }
        return setAcks(producer.settings.acks.next, of: producer.settings.topic)
    }

    mutating func setAcks(_ acks: Acks, of topic: String) -> [Command] {
        show(acks == .all ? .ok : .warning, "acks=\(acks.name) for \(topic): \(acks.meaning)")
        return [.client(.setAcks(topic: topic, acks))]
    }

    mutating func toggleAutoCommit() -> [Command] {
        let groups = live.snapshot?.workload?.groups ?? []
        if let here = groupHere, !groups.contains(where: { $0.settings.group == here }) {
            show(.warning, "\(here) is not klamm's own: only its clients can switch their auto-commit")
            return []
        }
        guard let group = consumersHere.flatMap({ here in groups.first { $0.settings.group == here.settings.group } })
        else {
            show(.warning, "Klamm runs no consumers here")
            return []
        }
        let name = group.settings.group
        let isOn = !group.settings.enableAutoCommit
        let key = keyName(.toggleAutoCommit)
        let meaning =
            switch (isOn, group.isRunning) {
            case (true, true): "is on: what is read is committed by itself · \(key) turns it off"
            case (false, true): "is off: it reads on, and commits nothing · \(key) turns it on"
            case (true, false):
                "is on from its next start: what is read will be committed by itself · \(key) turns it off"
            case (false, false): "is off from its next start: it will read, and commit nothing · \(key) turns it on"
            }
        show(isOn ? .ok : .warning, "Auto-commit of \(name) \(meaning)")
        return [.client(.setAutoCommit(group: name, isOn))]
    }
}

extension Acks {
    /// What a producer waits for.
    var meaning: String {
        switch self {
        case .all: "every in-sync replica has a record before it counts"
        case .leader: "the leader alone has a record before it counts"
        case .none: "nobody is waited for, and loss goes unnoticed"
        }
    }
}
