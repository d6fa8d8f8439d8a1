import KafkaCluster

extension Model {
    mutating func openPrice() {
        if case .price(nil) = place { return }
        go(to: .price(nil))
    }

    /// What is told of a fault when all that it hit serve again.
    mutating func tell(whole prices: [FaultPrice]) {
        for price in prices {
            let event = ClusterEvent.notice(.faultIsOver(price), at: price.wholeAt ?? price.at)
            live.events.append(event)
        }
        guard let last = prices.last else { return }
        let isBad = (last.lostRecords ?? 0) > 0
        show(
            isBad ? .error : last.hasCost ? .warning : .ok,
            "Over: \(last.fault) · \(last.summary) · \(keyName(.viewPrice)) tells more")
    }
}
