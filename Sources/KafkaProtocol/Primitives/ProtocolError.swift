/// Why bytes are not the message that they claim to be, or why a message cannot be written in the version asked for.
///
/// Thrown by the codec for everything that a peer or a disk may hand in; the codec never traps on bytes.
package struct ProtocolError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// The bytes end before the value does.
        case unexpectedEnd(needed: Int, available: Int)
        /// A count of elements that cannot fit into the bytes left, refused before anything is reserved for it.
        case countBeyondEnd(count: Int, available: Int)
        case lengthOutOfRange(Int)
        /// A variable-length integer that is cut off or longer than its type.
        case malformedVarint
        /// Null where the version has no null.
        case unexpectedNull
        /// A tagged field or a frame holds more bytes than its value.
        case leftOverBytes(Int)
        /// The message does not exist in this version.
        case unsupportedVersion(Int16)
        /// A field that the receiver must not miss is set, and the version cannot carry it.
        case fieldNotInVersion(Int16)
        /// Bytes were asked for, and the records are still in a file.
        case recordsInFile
        case unknownAPIKey(Int16)
        case unknownRecordType(Int)
        case unknownFrameVersion(Int)
    }

    package var reason: Reason
    /// The Swift name of the message, empty while the field stands alone.
    package var message = ""
    /// The path to the field, as in `topics[3].partitions[0].records`.
    package var field: String
    /// Bytes from the start of the message, when reading; bytes written so far, when writing.
    package var offset: Int

    package init(_ reason: Reason, field: String, offset: Int) {
        self.reason = reason
        self.field = field
        self.offset = offset
    }

    /// The same error seen from one level further out.
    func inside(_ name: StaticString) -> Self {
        var error = self
        error.field = field.isEmpty ? "\(name)" : "\(name).\(field)"
        return error
    }

    func inside(_ name: StaticString, index: Int) -> Self {
        var error = self
        error.field = field.isEmpty ? "\(name)[\(index)]" : "\(name)[\(index)].\(field)"
        return error
    }

    func inside<Message>(_ type: Message.Type) -> Self {
        var error = self
        error.message = "\(type)"
        return error
    }

    package var description: String {
        let place = [message, field].filter { !$0.isEmpty }.joined(separator: ".")
        return "\(place) at byte \(offset): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .unexpectedEnd(let needed, let available): "needs \(needed) bytes and \(available) are left"
        case .countBeyondEnd(let count, let available): "counts \(count) elements and \(available) bytes are left"
        case .lengthOutOfRange(let length): "has the impossible length \(length)"
        case .malformedVarint: "is not a variable-length integer"
        case .unexpectedNull: "is null, which this version does not allow"
        case .leftOverBytes(let count): "leaves \(count) bytes over"
        case .unsupportedVersion(let version): "has no version \(version)"
        case .fieldNotInVersion(let version): "is set, and version \(version) cannot carry it"
        case .recordsInFile: "lies in a file where bytes are wanted"
        case .unknownAPIKey(let key): "names the unknown API key \(key)"
        case .unknownRecordType(let type): "names the unknown record type \(type)"
        case .unknownFrameVersion(let version): "has the unknown frame version \(version)"
        }
    }
}
