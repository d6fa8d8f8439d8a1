import KafkaBroker
import KafkaCluster
import KafkaProtocol

/// A setting that was changed from here. The broker that is asked next may not have heard of it.
struct OwnConfigChange: Hashable, Sendable {
    /// For so long a broker that tells something else is taken for one that lags.
    static let patience = Duration.seconds(30)

    var topic: String
    var name: String
    /// Nil where it was taken away; what holds instead only a broker can tell.
    var value: String?
    var until: Instant
}

/// A cluster that klamm did not start tells nothing of its settings. What others have set is seen when the settings are looked at
/// again.
extension Model {
    mutating func tellChanges(to picture: TopicConfigPicture) {
        guard attachment != nil else { return }
        let before = live.configs.updateValue(picture, forKey: picture.topic)
        guard let before else { return }
        for entry in picture.entries {
            guard let former = before.entries.first(where: { $0.name == entry.name }), former.setting != entry.setting
            else { continue }
            tell(configOf: picture.topic, entry.name, is: entry.setting)
        }
    }

    /// From now on it is so, whatever brokers tell that have not heard of it.
    mutating func keepOwnChange(of topic: String, _ name: String, to value: String?) {
        guard let now else { return }
        live.ownConfigs.removeAll { $0.topic == topic && $0.name == name }
        live.ownConfigs.append(
            OwnConfigChange(topic: topic, name: name, value: value, until: now + OwnConfigChange.patience))
        live.configs[topic]?.put(value, as: name)
        guard case .configs(var picture)? = asked?.answer, picture.topic == topic else { return }
        picture.put(value, as: name)
        asked?.answer = .configs(picture)
    }

    /// What was set from here is not another's doing, nor undone, because the broker that was asked lags.
    mutating func keepOwnChanges(in picture: inout TopicConfigPicture) {
        let now = now
        live.ownConfigs.removeAll { change in
            guard change.topic == picture.topic else { return false }
            if now.map({ $0 >= change.until }) ?? false { return true }
            guard let told = picture.entries.first(where: { $0.name == change.name }) else { return false }
            if told.setting == change.value { return true }
            picture.put(change.value, as: change.name)
            return false
        }
    }

    /// One that is made anew under the same name has settings of its own.
    mutating func forgetConfigs(of topic: String) {
        live.configs[topic] = nil
        live.ownConfigs.removeAll { $0.topic == topic }
    }

    mutating func tell(configOf topic: String, _ name: String, is value: String?) {
        guard let now else { return }
        let change = BrokerEvent.Kind.configChanged(resource: .topic(topic), name: name, value: value)
        live.events.append(.node(BrokerEvent(at: now, node: live.snapshot?.controller ?? .none, kind: change)))
        dataChanged()
    }
}

extension TopicConfigPicture {
    fileprivate mutating func put(_ setting: String?, as name: String) {
        guard let place = entries.firstIndex(where: { $0.name == name }) else { return }
        entries[place].setting = setting
    }
}

extension TopicConfigPicture.Entry {
    /// What was set for the topic; nil where another's holds, of which nothing is known as soon as it is taken away.
    var setting: String? {
        get { source == .topic ? value : nil }
        set {
            value = newValue
            source = newValue == nil ? .unknown : .topic
        }
    }
}
