import KafkaProtocol
import Testing

struct QuickHashTests {
    @Test func `keys that are equal have one hash, also where their bytes differ`() {
        // Unicode calls these two equal: one accented letter, and a letter with an accent after it.
        let pairs = [("orders", "orders"), ("caf\u{e9}-of-many-words", "cafe\u{301}-of-many-words"), ("", "")]
        for (left, right) in pairs {
            let (one, other) = (TopicPartition(topic: left, partition: 3), TopicPartition(topic: right, partition: 3))
            #expect(one == other)
            #expect(one._rawHashValue(seed: 7) == other._rawHashValue(seed: 7))
        }
    }

    /// Dictionaries take the lowest bits; neighbours must not crowd there, or each look-up walks past them.
    @Test func `neighbours spread over the lowest bits`() {
        var numbers: Set<Int> = []
        var texts: Set<Int> = []
        for number in Int32(0)..<1024 {
            numbers.insert(BrokerID(number)._rawHashValue(seed: 1) & 1023)
            texts.insert(TopicPartition(topic: "topic-\(number)", partition: 0)._rawHashValue(seed: 1) & 1023)
        }
        // Thrown at random, 1024 balls leave 377 of 1024 places empty.
        #expect(numbers.count > 550)
        #expect(texts.count > 550)
    }

    @Test func `each part of a key tells in its hash`() {
        let keys = [
            TopicPartition(topic: "a", partition: 1), TopicPartition(topic: "b", partition: 1),
            TopicPartition(topic: "a", partition: 2), TopicPartition(topic: "a\0", partition: 1),
            TopicPartition(topic: "abcdefgh", partition: 1), TopicPartition(topic: "abcdefghi", partition: 1),
        ]
        #expect(Set(keys.map { $0._rawHashValue(seed: 0) }).count == keys.count)
        #expect(Uuid(high: 1, low: 2)._rawHashValue(seed: 0) != Uuid(high: 2, low: 1)._rawHashValue(seed: 0))
    }
}
