import Console
import TOMLKit

/// By what the records of topics are read, from files that the settings name, beside them unless they begin with a slash.
///
/// ```
/// [records.orders]
/// key = "order-key.avsc"
/// value = "/home/me/schemas/order.proto"
/// value-message = "shop.Order"              # else the file's first
/// ```
enum SchemaFiles {
    /// Those that can be used; of others the problem is told.
    static func all(in document: SettingsDocument, _ problems: inout [SettingsError]) -> [String: RecordSchemas] {
        var found: [String: RecordSchemas] = [:]
        do throws(SettingsError) {
            guard let topics = try document.table("records") else { return [:] }
            for topic in topics.keys.sorted() {
                let path = ["records", topic]
                do throws(SettingsError) {
                    guard let table = topics[topic]?.table else {
                        throw document.error(
                            at: path, "'records.\(topic)' must be a table, [records.\(topic)]; quote a name with dots")
                    }
                    try document.check(table, at: path, knows: ["key", "key-message", "value", "value-message"])
                    found[topic] = RecordSchemas(
                        key: try schema("key", table, path, document),
                        value: try schema("value", table, path, document))
                } catch {
                    problems.append(error)
                }
            }
        } catch {
            problems.append(error)
        }
        return found
    }

    private static func schema(
        _ key: String, _ table: TOMLTable, _ path: [String], _ document: SettingsDocument
    ) throws(SettingsError) -> RecordSchema? {
        let message = table["\(key)-message"]
        if let message, message.string == nil {
            throw document.error(at: path + ["\(key)-message"], "'\(key)-message' must be a message's name in quotes")
        }
        guard let value = table[key] else {
            guard message == nil else {
                throw document.error(
                    at: path + ["\(key)-message"], "'\(key)-message' needs \(key) = \"FILE.proto\"")
            }
            return nil
        }
        guard let name = value.string, name.hasSuffix(".avsc") || name.hasSuffix(".proto") else {
            throw document.error(
                at: path + [key],
                "'\(key)' must be the name of an Avro schema, \"FILE.avsc\", or of a Protobuf one, \"FILE.proto\"")
        }
        let isProtobuf = name.hasSuffix(".proto")
        guard isProtobuf || message == nil else {
            throw document.error(at: path + ["\(key)-message"], "an Avro schema has no messages to choose from")
        }
        let file = name.hasPrefix("/") ? name : folder(of: document.file) + name
        guard let text = try SettingsFolder.text(of: file) else {
            throw document.error(at: path + [key], "there is no file \(file)")
        }
        if isProtobuf { return .protobuf(try protobuf(file, message?.string)) }
        do throws(AvroSchema.Failure) {
            return .avro(try AvroSchema(text))
        } catch {
            throw document.error(at: path + [key], "\(file) \(error)")
        }
    }

    /// What it imports lies beside it.
    private static func protobuf(_ file: String, _ message: String?) throws(SettingsError) -> ProtobufSchema {
        let folder = folder(of: file)
        do throws(ProtobufSchema.Failure) {
            return try ProtobufSchema(
                file: String(file.dropFirst(folder.count)), message: message
            ) { (name) throws(ProtobufSchema.Failure) in
                do throws(SettingsError) {
                    return try SettingsFolder.text(of: name.hasPrefix("/") ? name : folder + name)
                } catch {
                    throw ProtobufSchema.Failure(file: name, line: error.line, error.reason)
                }
            }
        } catch {
            throw SettingsError(
                file: error.file.hasPrefix("/") ? error.file : folder + error.file, line: error.line,
                reason: error.description)
        }
    }

    /// With its slash.
    private static func folder(of file: String) -> String {
        file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    }
}
