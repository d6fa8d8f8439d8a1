import Console
import TOMLKit

/// By what the records of topics are read, from files that the settings name, beside them unless they begin with a slash.
///
/// ```
/// [records.orders]
/// key = "order-key.avsc"
/// value = "/home/me/schemas/order.avsc"
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
                    try document.check(table, at: path, knows: ["key", "value"])
                    found[topic] = RecordSchemas(
                        key: try schema("key", table, path, document), value: try schema("value", table, path, document)
                    )
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
    ) throws(SettingsError) -> AvroSchema? {
        guard let value = table[key] else { return nil }
        guard let name = value.string, name.hasSuffix(".avsc") else {
            throw document.error(at: path + [key], "'\(key)' must be the name of an Avro schema, \"FILE.avsc\"")
        }
        let folder = document.file.lastIndex(of: "/").map { document.file[...$0] } ?? ""
        let file = name.hasPrefix("/") ? name : folder + name
        guard let text = try SettingsFolder.text(of: file) else {
            throw document.error(at: path + [key], "there is no file \(file)")
        }
        do throws(AvroSchema.Failure) {
            return try AvroSchema(text)
        } catch {
            throw document.error(at: path + [key], "\(file) \(error)")
        }
    }
}
