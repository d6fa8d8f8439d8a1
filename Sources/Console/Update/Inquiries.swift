import KafkaProtocol

extension Place {
    /// What its screen shows beside the picture.
    fileprivate var inquiry: Inquiry? {
        switch self {
        case .ledger, .loss, .finding, .price: .ledger
        case .configs(let topic): .configs(topic: topic)
        case .segments(let partition, let broker): .segments(partition, broker: broker)
        case .producers(let topic): .producers(topic: topic)
        case .journey(let subject): .journey(subject)
        case .reset(let reset):
            if case .time(let time) = reset.target { .offsets(reset.partitions, time: time) } else { nil }
        case .record(let partition, let offset): .batch(partition, offset: offset)
        case .brokers, .topics, .groups, .events, .scenarios, .story, .broker, .topic, .records, .group, .faults,
            .clients, .client, .members, .timeline:
            nil
        }
    }
}

extension Place {
    /// Whether it changes by the passing of time alone.
    var showsClock: Bool {
        switch self {
        case .faults, .timeline, .price: true
        default: false
        }
    }
}

extension Model {
    /// Asks for what the screen needs, when it is shown first and when the last answer has grown old.
    mutating func inquire() -> [Command] {
        guard let inquiry = place.inquiry else {
            asked = nil
            return []
        }
        if let asked, asked.inquiry == inquiry {
            guard !isPaused, let next = asked.nextTime, let now, now >= next else { return [] }
        }
        // The last answer is shown until there is a newer one.
        let last = asked?.inquiry == inquiry ? asked?.answer : nil
        asked = Asked(inquiry: inquiry, answer: last)
        return [.inquire(inquiry)]
    }

    mutating func received(_ answer: Answer) {
        // What is not on the screen any more is not waited for.
        guard asked?.inquiry == answer.inquiry else { return }
        asked?.answeredAt = now
        var answer = answer
        if case .configs(var picture) = answer {
            keepOwnChanges(in: &picture)
            tellChanges(to: picture)
            answer = .configs(picture)
        }
        switch answer {
        case .ledger(let picture): ledger = picture
        case .offsets, .configs, .batch, .segments, .producers, .journey: asked?.answer = answer
        case .none(_, let reason): asked?.reason = reason
        }
        dataChanged()
    }
}
