import NIOCore

/// A field of a flexible message that older readers may skip. The ones that we do not know are kept as they came and
/// are written back, so that a message passes through klamm unharmed.
package struct TaggedField: Hashable, Sendable {
    package var tag: UInt32
    package var data: ByteBuffer

    package init(tag: UInt32, data: ByteBuffer) {
        self.tag = tag
        self.data = data
    }
}

/// The tagged fields at the end of one struct while it is being read or written.
///
/// Reading, it begins with all fields of the struct, and each known one is taken out: what remains is unknown. Writing,
/// it begins with the unknown ones, and each known one that is not at its default is put in.
package struct TagSection: Sendable {
    struct Entry: Sendable {
        var field: TaggedField
        /// Where the field's data begins in the message, to name the byte of an error.
        var offset: Int
    }

    var entries: [Entry] = []

    package init() {}
    init(entries: [Entry]) { self.entries = entries }

    /// Takes out the field with this tag; of several the last, as Kafka's readers do.
    mutating func take(_ tag: UInt32) -> Entry? {
        var taken: Entry?
        // By index, since a closure is handed copies.
        for index in entries.indices.reversed() where entries[index].field.tag == tag {
            let entry = entries.remove(at: index)
            if taken == nil { taken = entry }
        }
        return taken
    }
}
