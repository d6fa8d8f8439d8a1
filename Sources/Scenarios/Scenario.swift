import KafkaCluster
import KafkaProtocol

/// A story about records that klamm can play on a cluster of its own: what there is, what happens when, and what must have
/// come of it. Illness and cure stand side by side as topics or groups of one story, hit by the same failures.
package struct Scenario: Hashable, Sendable {
    package var name: String
    package var title: String
    /// What there is to see, and why it is so.
    package var shows = ""
    package var cluster = Cluster()
    package var topics: [Topic] = []
    package var producers: [Producer] = []
    package var groups: [Group] = []
    package var steps: [Step] = []
    package var ending = Ending()
    package var expectations: [Condition] = []

    package init(name: String, title: String) {
        self.name = name
        self.title = title
    }

    package struct Cluster: Hashable, Sendable {
        package var brokers = 3
        package var controllers = 1
        /// Broker settings under Kafka's names.
        package var settings: [Setting] = []

        package init() {}
    }

    package struct Topic: Hashable, Sendable {
        package var name: String
        package var partitions: Int32 = 1
        package var replicationFactor: Int16 = 3
        /// The replicas of each partition, the preferred leader first; empty leaves them to the controller.
        package var replicas: [[BrokerID]] = []
        package var settings: [Setting] = []

        package init(name: String) { self.name = name }
    }

    package struct Producer: Hashable, Sendable {
        package var settings: ProducerSettings
        /// Whether it runs from the beginning; a step starts it otherwise.
        package var isStarted = true

        package init(_ settings: ProducerSettings) { self.settings = settings }
    }

    package struct Group: Hashable, Sendable {
        package var settings: ConsumerSettings
        package var isStarted = true

        package init(_ settings: ConsumerSettings) { self.settings = settings }
    }

    /// What is done when all steps are: the same in every story, so that its end can be judged.
    package struct Ending: Hashable, Sendable {
        /// Whether faults are healed and nodes that are down are started again.
        package var heals = true
        /// Whether groups read on until they have read everything.
        package var drains = true
        /// How long each part of the ending may take.
        package var limit = Duration.seconds(10)

        package init() {}
    }
}

/// One of Kafka's settings, as a user writes it.
package struct Setting: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What happens next, and when.
package struct Step: Hashable, Sendable {
    /// Not before so much time has passed since the beginning.
    package var at: Duration?
    /// Not before this holds.
    package var when: Condition?
    /// How long may be waited for it.
    package var limit = Duration.seconds(5)
    /// What is done, in order; the words are read when the step's time has come, since they may hold figures.
    package var actions: [ActionText] = []
    /// The topics whose producers' figures from the step before to this one, when its time has come, stand in the table
    /// at the end: how fast each is before anything breaks.
    package var measured: [String] = []
    /// What is told when it is done, with figures in braces.
    package var says: Template?

    package init() {}

    /// Whether its condition or its actions ask for the verdict over every record.
    var needsVerdict: Bool { when?.needsVerdict ?? false || actions.contains { $0.template.needsVerdict } }
}

/// Why a scenario cannot be read, as a sentence for the one who wrote it.
package struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
