/// A topic's settings as its brokers describe them, with their own documentation.
package struct TopicConfigPicture: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// Where a value comes from, the strongest first.
        package enum Source: String, Hashable, Sendable {
            case topic
            case broker
            case allBrokers = "all brokers"
            case file = "broker's file"
            case standard = "default"
            case unknown = "?"
        }

        package var name: String
        /// Nil where being unset means something of its own, or where it is secret.
        package var value: String?
        package var source: Source
        package var isReadOnly: Bool
        /// Nil where the brokers do not tell.
        package var documentation: String?

        package init(name: String, value: String?, source: Source, isReadOnly: Bool, documentation: String?) {
            self.name = name
            self.value = value
            self.source = source
            self.isReadOnly = isReadOnly
            self.documentation = documentation
        }
    }

    package var topic: String
    package var entries: [Entry]

    package init(topic: String, entries: [Entry]) {
        self.topic = topic
        self.entries = entries
    }
}
