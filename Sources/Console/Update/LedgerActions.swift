import KafkaCluster
import KafkaProtocol

extension Model {
    /// Goes to what the selected event is about: a loss, a fault's price, else its topic or group.
    mutating func openEvent() -> [Command] {
        let state = place == .events ? screen.list : screen.lower
        let listing = place == .events ? self.listing : EventsView.lowerListing(self)
        guard case .number(let number)? = listing?.selectedID(state),
            let entry = picture.events.entries.first(where: { $0.number == number })
        else { return [] }
        if let loss = entry.event.loss {
            go(to: .loss(loss.number))
        } else if case .notice(.faultIsOver(let price), _) = entry.event {
            go(to: .price(price.number))
        } else if let group = entry.summary.group {
            go(to: .group(group))
        } else if let topic = entry.summary.topic, place != .topic(topic) {
            go(to: .topic(topic))
        }
        return []
    }

    /// The examples of a verdict; where only their number is known, what it means.
    mutating func open(_ verdict: LedgerVerdict) {
        guard let row = ledger?.row(verdict), !row.examples.isEmpty else { return show(.note, verdict.meaning) }
        go(to: .finding(verdict))
    }

    /// Reads the log from where a record is, or was.
    mutating func openExample(_ index: Int, of verdict: LedgerVerdict) -> [Command] {
        guard let examples = ledger?.row(verdict)?.examples, examples.indices.contains(index) else { return [] }
        guard let partition = examples[index].partition, let offset = examples[index].offset else {
            show(.note, "It is at no place that anybody knows of")
            return []
        }
        browser = RecordBrowser(topic: partition.topic, partition: partition.partition)
        go(to: .records(topic: partition.topic, partition: partition.partition))
        return seek(.offset(offset), "from offset \(Figures.count(offset))")
    }
}
