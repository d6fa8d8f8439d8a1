/// The screens, as the keymap and the settings file name them.
package enum ViewName: String, Hashable, Sendable, CaseIterable {
    case brokers, broker, topics, topic, records, record, groups, group, events, scenarios, story
    case ledger, loss, finding, faults, clients, client, members, reset, timeline, configs, price, segments, producers
    case journey
}
