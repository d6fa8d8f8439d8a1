/// The partition of `__consumer_offsets` that keeps a group, and so which broker coordinates it.
package enum GroupPartition {
    /// Java's `String.hashCode`, over UTF-16 code units.
    package static func javaHash(_ text: String) -> Int32 {
        text.utf16.reduce(0) { $0 &* 31 &+ Int32($1) }
    }

    package static func partition(forGroup group: String, count: Int32) -> Int32 {
        precondition(count > 0, "A topic has at least one partition.")
        let hash = javaHash(group)
        // The smallest number has no counterpart above zero; Kafka takes 0 for it.
        return hash == .min ? 0 : abs(hash) % count
    }
}
