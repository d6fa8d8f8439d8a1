/// Why bytes are not of Protobuf's encoding, or not of a message's.
struct ProtobufMalformed: Error, Hashable, Sendable {
    /// From 0, in the whole value.
    var at: Int
    var reason: String

    var words: String { "at byte \(at): \(reason)" }
}

/// Walks over Protobuf's encoding. No byte can make it trap, and it never looks past its end.
struct ProtobufWire {
    enum Kind: Int, Hashable, Sendable {
        case varint, fixed64, bytes, groupBegin, groupEnd, fixed32

        var words: String {
            switch self {
            case .varint: "varint"
            case .fixed64: "64 bits"
            case .bytes: "bytes"
            case .groupBegin, .groupEnd: "group"
            case .fixed32: "32 bits"
            }
        }
    }

    struct Tag: Hashable, Sendable {
        var number: Int32
        var kind: Kind
        var at: Int
    }

    static let depthMax = 100

    let bytes: [UInt8]
    private(set) var index: Int
    private let end: Int

    /// `range` lies within the bytes.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { index >= end }

    /// Nil at the end.
    mutating func tag() throws(ProtobufMalformed) -> Tag? {
        guard index < end else { return nil }
        let at = index
        let value = try varint()
        guard let kind = Kind(rawValue: Int(value & 7)) else {
            throw ProtobufMalformed(at: at, reason: "there is no wire type \(value & 7)")
        }
        guard let number = Int32(exactly: value >> 3), (1...ProtobufSchema.numberMax).contains(number) else {
            throw ProtobufMalformed(at: at, reason: "there is no field number \(value >> 3)")
        }
        return Tag(number: number, kind: kind, at: at)
    }

    mutating func varint() throws(ProtobufMalformed) -> UInt64 {
        let at = index
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard index < end else { throw ProtobufMalformed(at: at, reason: "a number is cut off") }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw ProtobufMalformed(at: at, reason: "a number is longer than ten bytes")
    }

    mutating func fixed(_ count: Int) throws(ProtobufMalformed) -> UInt64 {
        guard end - index >= count else {
            throw ProtobufMalformed(at: index, reason: "\(count) bytes should follow, and \(end - index) do")
        }
        defer { index += count }
        return bytes[index..<index + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Where what a length announces lies.
    mutating func counted() throws(ProtobufMalformed) -> Range<Int> {
        let at = index
        let length = try varint()
        guard length <= UInt64(end - index) else {
            throw ProtobufMalformed(at: at, reason: "\(length) bytes should follow, and \(end - index) do")
        }
        // Not more than there is: it fits.
        let range = index..<index + Int(length)
        index = range.upperBound
        return range
    }

    /// Where a group's fields lie; what follows its end is next.
    mutating func group(_ begin: Tag) throws(ProtobufMalformed) -> Range<Int> {
        let start = index
        var open = [begin.number]
        while let tag = try tag() {
            switch tag.kind {
            case .groupBegin:
                // Who reads what lies in them goes over their bytes once for each level.
                guard open.count < Self.depthMax else {
                    throw ProtobufMalformed(
                        at: tag.at, reason: "groups lie more than \(Self.depthMax) deep in each other")
                }
                open.append(tag.number)
            case .groupEnd:
                guard open.popLast() == tag.number else {
                    throw ProtobufMalformed(at: tag.at, reason: "a group ends that did not begin")
                }
                if open.isEmpty { return start..<tag.at }
            case .varint: _ = try varint()
            case .fixed64: _ = try fixed(8)
            case .fixed32: _ = try fixed(4)
            case .bytes: _ = try counted()
            }
        }
        throw ProtobufMalformed(at: begin.at, reason: "a group does not end")
    }
}
