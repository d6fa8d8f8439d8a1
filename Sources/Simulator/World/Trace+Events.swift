import KafkaBroker
import KafkaProtocol

/// An event's part in the hash, value by value. Its words, which need reflection, would cost as much as a request.
extension Trace {
    mutating func mix(_ kind: BrokerEvent.Kind) {
        switch kind {
        case .controllerElected(let epoch, _): mix(1, Int64(epoch))
        case .brokerRegistered(let broker, let epoch): mix(2, broker, epoch)
        case .registrationRefused(let broker, let until): mix(3, broker, until.monotonicNanoseconds)
        case .brokerFenced(let broker, let reason): mix(4, broker, text: reason)
        case .brokerUnfenced(let broker): mix(5, broker)
        case .brokerUnregistered(let broker): mix(6, broker)
        case .leaderElected(let id, let leader, let previous, let epoch, let isr, let unclean):
            mix(7, id, Int64(leader.rawValue), Int64(previous.rawValue), Int64(epoch), unclean ? 1 : 0)
            mix(isr)
        case .isrChanged(let id, let from, let to, let epoch):
            mix(8, id, Int64(epoch))
            mix(from)
            mix(to)
        case .replicasChanged(let id, let from, let to):
            mix(9, id)
            mix(from)
            mix(to)
        case .topicCreated(let name, let partitions, let factor): mix(10, Int64(partitions), Int64(factor), text: name)
        case .topicDeleted(let name): mix(11, text: name)
        case .partitionsAdded(let name, let total): mix(12, Int64(total), text: name)
        case .configChanged(let resource, let name, let value): mix(13, text: resource.description, name, value ?? "")
        case .lifecycleChanged(let state): mix(14, text: state.rawValue)
        case .leadershipBegan(let id, let epoch, let start): mix(15, id, Int64(epoch), start)
        case .logTruncated(let id, let from, let to): mix(16, id, from, to)
        case .logRecovered(let id, let end, let bytesCut): mix(17, id, end, bytesCut)
        case .replicaFailed(let id, let reason):
            mix(18, id)
            mix(reason)
        case .logDirectoryFailed(let broker, let reason): mix(19, broker, text: reason)
        case .groupChanged(let group, let state, let generation, let members, let term):
            mix(20, Int64(generation), Int64(members), Int64(term.leaderEpoch), text: group, state)
        case .groupMemberLeft(let group, let member, let reason, let term):
            mix(21, Int64(term.leaderEpoch), text: group, member, reason)
        case .badFrame(let client, let reason): mix(22, text: client, reason)
        case .groupRemoved(let group, let reason, let term): mix(23, Int64(term.leaderEpoch), text: group, reason)
        case .highWatermarkHeld(let id, let offset, let isr, let minISR):
            mix(24, id, offset, Int64(minISR.effective))
            mix(isr)
        }
    }

    private mutating func mix(_ number: UInt64, _ values: Int64..., text: String...) {
        mix(number)
        for value in values { mix(UInt64(bitPattern: value)) }
        for part in text { mix(part) }
    }

    private mutating func mix(_ number: UInt64, _ broker: BrokerID, _ value: Int64 = 0, text: String = "") {
        mix(number, Int64(broker.rawValue), value, text: text)
    }

    private mutating func mix(_ number: UInt64, _ id: TopicPartition, _ values: Int64...) {
        mix(number, Int64(id.partition), text: id.topic)
        for value in values { mix(UInt64(bitPattern: value)) }
    }

    private mutating func mix(_ brokers: [BrokerID]) {
        mix(UInt64(brokers.count))
        for broker in brokers { mix(UInt64(truncatingIfNeeded: broker.rawValue)) }
    }
}
