import KafkaBroker
import KafkaCluster
import KafkaProtocol

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

    mutating func tell(configOf topic: String, _ name: String, is value: String?) {
        guard let now else { return }
        let change = BrokerEvent.Kind.configChanged(resource: .topic(topic), name: name, value: value)
        live.events.append(.node(BrokerEvent(at: now, node: live.snapshot?.controller ?? .none, kind: change)))
        dataChanged()
    }
}

extension TopicConfigPicture.Entry {
    /// What was set for the topic; nil where another's holds.
    var setting: String? {
        get { source == .topic ? value : nil }
        set {
            value = newValue
            source = newValue == nil ? .unknown : .topic
        }
    }
}
