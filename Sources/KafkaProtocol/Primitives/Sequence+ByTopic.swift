extension Sequence {
    /// These as Kafka's messages hold them, each topic's together, in the order given: a topic is named once for every
    /// stretch of elements that belong to it.
    package func byTopic(_ partition: (Element) -> TopicPartition) -> [(topic: String, elements: [Element])] {
        var topics: [(topic: String, elements: [Element])] = []
        for element in self {
            let topic = partition(element).topic
            if topics.last?.topic != topic { topics.append((topic, [])) }
            topics[topics.count - 1].elements.append(element)
        }
        return topics
    }
}

extension Sequence<TopicPartition> {
    package func byTopic() -> [(topic: String, partitions: [Int32])] {
        byTopic(\.self).map { ($0.topic, $0.elements.map(\.partition)) }
    }
}
