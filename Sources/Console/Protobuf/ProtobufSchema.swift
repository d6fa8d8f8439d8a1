/// A Protobuf message with all that it refers to, from `.proto` files.
package struct ProtobufSchema: Hashable, Sendable {
    /// A sentence for whoever wrote the file.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var file = ""
        /// From 1.
        package var line: Int
        package var description: String

        package init(file: String = "", line: Int, _ description: String) {
            self.file = file
            self.line = line
            self.description = description
        }

        init(_ line: Int, _ description: String) { self.init(line: line, description) }
    }

    enum Kind: Hashable, Sendable {
        case double, float, int32, int64, uint32, uint64, sint32, sint64
        case fixed32, fixed64, sfixed32, sfixed64, bool, string, bytes
        /// Where it lies in `messages`, or in `enumerations`.
        case message(Int)
        case enumeration(Int)
        /// Its entries are messages of two fields.
        case map(Int)
    }

    struct Field: Hashable, Sendable {
        var name: String
        var number: Int32
        var kind: Kind
        var isRepeated: Bool
        var oneof: Int?
    }

    struct Message: Hashable, Sendable {
        var name: String
        /// In the order of the file.
        var fields: [Field] = []
        /// Places in `fields`, by number.
        var places: [Int32: Int] = [:]
        /// In the order of the file, as places in `messages`.
        var nested: [Int] = []
        /// Those of Google's own that have a form of their own in JSON.
        var known: ProtobufWellKnown?
    }

    struct Enumeration: Hashable, Sendable {
        var name: String
        var values: [Int32: String]
    }

    static let numberMax: Int32 = 536_870_911
    private static let filesMax = 200

    private(set) var messages: [Message] = []
    private(set) var enumerations: [Enumeration] = []
    /// Where the message lies that values are read as.
    private(set) var root = 0
    /// Whether the user has named it: what stands before the bytes then names no other.
    private(set) var isRootNamed = false
    /// The first file's messages that are written in no other.
    private(set) var outermost: [Int] = []
    private var places: [String: Int] = [:]
    private var enumerationPlaces: [String: Int] = [:]

    /// The message's full name.
    package var name: String { messages[root].name }

    /// `text` gives a file's, by its name as an import gives it; nil where there is none. Google's own are known without.
    /// Without a message's name it is the file's first.
    package init(
        file: String, message: String? = nil, text: (String) throws(Failure) -> String?
    ) throws(Failure) {
        var files: [ProtobufFile] = []
        var names = [file]
        /// What is imported but not there matters only where something of it is used.
        var missing: [String] = []
        var next = 0
        while next < names.count {
            let name = names[next]
            next += 1
            let own = ProtobufWellKnown.files[name]
            guard let source = own == nil ? try text(name) : own else {
                if next == 1 { throw Failure(1, "is not there").named(file) }
                missing.append(name)
                continue
            }
            let read = try Self.within(name) { () throws(Failure) in try ProtobufParser.read(source) }
            files.append(read)
            for other in read.imports where !names.contains(other.path) {
                guard names.count < Self.filesMax else {
                    throw Failure(other.line, "imports more than \(Self.filesMax) files").named(name)
                }
                names.append(other.path)
            }
        }
        let read = names.filter { !missing.contains($0) }
        for (file, name) in zip(files, read) {
            try Self.within(name) { () throws(Failure) in try declare(file) }
        }
        for (file, name) in zip(files, read) {
            try Self.within(name) { () throws(Failure) in try link(file, missing) }
        }
        outermost = files[0].outermost.compactMap { places[$0] }
        if let message {
            root = try Self.within(file) { () throws(Failure) in try find(message, in: files[0].package) }
            isRootNamed = true
        } else {
            guard let first = outermost.first else { throw Failure(1, "has no message").named(file) }
            root = first
        }
    }

    private static func within<Value>(
        _ file: String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        do throws(Failure) { return try body() } catch { throw error.named(file) }
    }

    /// By its full name, or without the package.
    private func find(_ message: String, in package: String) throws(Failure) -> Int {
        let name = message.hasPrefix(".") ? String(message.dropFirst()) : message
        if let place = places[name] ?? places["\(package).\(name)"] { return place }
        let known = outermost.map { messages[$0].name }
        throw Failure(
            1, "has no message \(message)" + (known.isEmpty ? "" : "; there is \(known.joined(separator: ", "))"))
    }

    /// Where a message of this full name lies; what an Any holds is named so.
    func place(of name: String) -> Int? { places[name] }

    private mutating func declare(_ file: ProtobufFile) throws(Failure) {
        for message in file.messages {
            try checkNew(message.name, message.line)
            places[message.name] = messages.count
            messages.append(Message(name: message.name, known: ProtobufWellKnown(rawValue: message.name)))
        }
        for enumeration in file.enumerations {
            try checkNew(enumeration.name, enumeration.line)
            enumerationPlaces[enumeration.name] = enumerations.count
            enumerations.append(Enumeration(name: enumeration.name, values: enumeration.values))
        }
    }

    private func checkNew(_ name: String, _ line: Int) throws(Failure) {
        guard places[name] == nil, enumerationPlaces[name] == nil else { throw Failure(line, "defines \(name) twice") }
    }

    private mutating func link(_ file: ProtobufFile, _ missing: [String]) throws(Failure) {
        let absent = file.imports.map(\.path).filter(missing.contains)
        for message in file.messages {
            guard let place = places[message.name] else { continue }
            messages[place].nested = message.nested.compactMap { places[$0] }
            var fields: [Field] = []
            for field in message.fields {
                let kind: Kind
                switch field.kind {
                case .type(let name): kind = try self.kind(name, in: message.name, field.line, absent)
                case .group(let name): kind = try self.kind(".\(name)", in: "", field.line, absent)
                case .map(let key, let value):
                    messages.append(
                        Message(name: "\(message.name).\(field.name)", fields: []))
                    let entry = messages.count - 1
                    set(
                        [
                            Field(
                                name: "key", number: 1, kind: try self.kind(key, in: "", field.line, []),
                                isRepeated: false),
                            Field(
                                name: "value", number: 2,
                                kind: try self.kind(value, in: message.name, field.line, absent), isRepeated: false),
                        ], of: entry)
                    kind = .map(entry)
                }
                fields.append(
                    Field(
                        name: field.name, number: field.number, kind: kind, isRepeated: field.isRepeated,
                        oneof: field.oneof))
            }
            set(fields, of: place)
        }
    }

    private mutating func set(_ fields: [Field], of place: Int) {
        messages[place].fields = fields
        messages[place].places = Dictionary(
            fields.enumerated().map { ($0.element.number, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// A name is looked for in the message that uses it, then in what that lies in, and so on outwards.
    private func kind(_ name: String, in scope: String, _ line: Int, _ absent: [String]) throws(Failure) -> Kind {
        if let scalar = Self.scalars[name] { return scalar }
        var scope = name.hasPrefix(".") ? "" : scope
        let name = name.hasPrefix(".") ? String(name.dropFirst()) : name
        while true {
            let full = scope.isEmpty ? name : "\(scope).\(name)"
            if let place = places[full] { return .message(place) }
            if let place = enumerationPlaces[full] { return .enumeration(place) }
            guard !scope.isEmpty else { break }
            scope = scope.lastIndex(of: ".").map { String(scope[..<$0]) } ?? ""
        }
        let cause = absent.isEmpty ? "" : "; \(absent.joined(separator: ", ")) is not there"
        throw Failure(line, "names a type that no file defines: \(name)\(cause)")
    }

    private static let scalars: [String: Kind] = [
        "double": .double, "float": .float, "int32": .int32, "int64": .int64, "uint32": .uint32, "uint64": .uint64,
        "sint32": .sint32, "sint64": .sint64, "fixed32": .fixed32, "fixed64": .fixed64, "sfixed32": .sfixed32,
        "sfixed64": .sfixed64, "bool": .bool, "string": .string, "bytes": .bytes,
    ]
}

extension ProtobufSchema.Failure {
    /// An inner file's name stays.
    fileprivate func named(_ file: String) -> Self {
        var failure = self
        if failure.file.isEmpty { failure.file = file }
        return failure
    }
}
