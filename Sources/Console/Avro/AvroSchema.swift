/// An Avro schema, from the JSON of an `.avsc` file.
///
/// All of Avro 1.11's types. What concerns writers alone (defaults, aliases, orders, logical types) is passed over: values
/// are shown as they are stored.
package struct AvroSchema: Hashable, Sendable {
    /// A sentence for whoever wrote the file.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    indirect enum Kind: Hashable, Sendable {
        case null, boolean, int, long, float, double, bytes, string
        case record([Field])
        case enumeration([String])
        case array(Kind)
        case map(Kind)
        case union([Kind])
        case fixed(Int)
        /// A record, enum or fixed of this full name: they may hold each other.
        case named(String)
    }

    struct Field: Hashable, Sendable {
        var name: String
        var kind: Kind
    }

    private static let depthMax = 50

    private(set) var root = Kind.null
    private(set) var named: [String: Kind] = [:]

    package init(_ text: String) throws(Failure) {
        guard let json = JSONReader.read(Array(text.utf8)) else { throw Failure(description: "is not JSON") }
        root = try kind(json, namespace: "", depth: 0)
    }

    private mutating func kind(_ json: JSONValue, namespace: String, depth: Int) throws(Failure) -> Kind {
        guard depth < Self.depthMax else { throw Failure(description: "lies too deep") }
        switch json {
        case .string:
            return try reference(json.text ?? "", namespace)
        case .array(let branches):
            guard !branches.isEmpty else { throw Failure(description: "has a union of nothing") }
            return .union(
                try branches.map { branch throws(Failure) in
                    try kind(branch, namespace: namespace, depth: depth + 1)
                })
        case .object:
            guard let type = json["type"] else { throw Failure(description: "has a type without \"type\"") }
            switch type.text {
            case "record"?, "error"?, "enum"?, "fixed"?:
                return try define(type.text ?? "", json, namespace, depth)
            case "array"?: return .array(try inner("items", of: json, namespace, depth))
            case "map"?: return .map(try inner("values", of: json, namespace, depth))
            default: return try kind(type, namespace: namespace, depth: depth + 1)
            }
        case .number, .word: throw Failure(description: "has \(json.compact) where a type should be")
        }
    }

    private mutating func inner(
        _ name: String, of json: JSONValue, _ namespace: String, _ depth: Int
    ) throws(Failure) -> Kind {
        guard let inner = json[name] else { throw Failure(description: "has a type without \"\(name)\"") }
        return try kind(inner, namespace: namespace, depth: depth + 1)
    }

    private func reference(_ name: String, _ namespace: String) throws(Failure) -> Kind {
        switch name {
        case "null": return .null
        case "boolean": return .boolean
        case "int": return .int
        case "long": return .long
        case "float": return .float
        case "double": return .double
        case "bytes": return .bytes
        case "string": return .string
        default:
            let full = Self.fullName(name, namespace)
            if named[full] != nil { return .named(full) }
            guard named[name] != nil else {
                throw Failure(description: "names a type that it does not define: \(name)")
            }
            return .named(name)
        }
    }

    private static func fullName(_ name: String, _ namespace: String) -> String {
        name.contains(".") || namespace.isEmpty ? name : "\(namespace).\(name)"
    }

    /// A type with a name of its own.
    private mutating func define(
        _ type: String, _ json: JSONValue, _ outer: String, _ depth: Int
    ) throws(Failure) -> Kind {
        guard let name = json["name"]?.text, !name.isEmpty else {
            throw Failure(description: "has a \(type) without a name")
        }
        let full = Self.fullName(name, json["namespace"]?.text ?? outer)
        guard named[full] == nil else { throw Failure(description: "defines \(full) twice") }
        let namespace = full.lastIndex(of: ".").map { String(full[..<$0]) } ?? ""
        switch type {
        case "enum":
            guard case .array(let symbols)? = json["symbols"] else {
                throw Failure(description: "has an enum without symbols: \(full)")
            }
            named[full] = .enumeration(symbols.compactMap(\.text))
        case "fixed":
            guard case .number(let text)? = json["size"], let size = Int(text), size >= 0 else {
                throw Failure(description: "has a fixed without a size: \(full)")
            }
            named[full] = .fixed(size)
        default:
            guard case .array(let list)? = json["fields"] else {
                throw Failure(description: "has a record without fields: \(full)")
            }
            // Known before its fields are read: they may refer to it.
            named[full] = .record([])
            var fields: [Field] = []
            for field in list {
                guard let name = field["name"]?.text else {
                    throw Failure(description: "has a field without a name in \(full)")
                }
                fields.append(Field(name: name, kind: try inner("type", of: field, namespace, depth)))
            }
            named[full] = .record(fields)
        }
        return .named(full)
    }
}

extension JSONValue {
    /// An object's member.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { Self.unescaped($0.name) == name }?.value
    }
}
