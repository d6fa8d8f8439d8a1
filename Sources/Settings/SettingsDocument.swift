import TOMLKit

/// A file of settings, read: its values, and where each stands, so that an error can name the line.
struct SettingsDocument {
    let file: String
    let table: TOMLTable
    private let lines: [Substring]

    init(file: String, text: String) throws(SettingsError) {
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw SettingsError(file: file, line: max(1, error.source.begin.line), reason: error.description)
        } catch {
            throw SettingsError(file: file, line: 1, reason: "\(error)")
        }
    }

    func error(at path: [String], _ reason: String) -> SettingsError {
        SettingsError(file: file, line: line(of: path), reason: reason)
    }

    /// A table's keys that are none of these, and the error about the first.
    func check(_ table: TOMLTable, at path: [String], knows known: [String]) throws(SettingsError) {
        if let unknown = table.keys.first(where: { !known.contains($0) }) {
            throw error(at: path + [unknown], "'\(unknown)' is unknown here; known are \(listed(known))")
        }
    }

    /// A table below this one; nil where there is none.
    func table(_ name: String) throws(SettingsError) -> TOMLTable? {
        guard let value = table[name] else { return nil }
        guard let found = value.table else { throw error(at: [name], "'\(name)' must be a table, [\(name)]") }
        return found
    }

    /// The line that sets this key, or else the header or key that comes nearest to it. TOMLKit does not say where a
    /// value stood, so this reads the keys again: bare or quoted, dotted or under headers.
    private func line(of path: [String]) -> Int {
        var best = (line: 1, depth: 0)
        var header: [String] = []
        var tables: [[String]: Int] = [:]
        for (index, line) in lines.enumerated() {
            let line = line.drop { $0 == " " || $0 == "\t" }
            let keys: [String]
            if line.first == "[" {
                guard let end = line.firstIndex(of: "]") else { continue }
                header = Self.keys(line[line.startIndex..<end].drop { $0 == "[" })
                if line.hasPrefix("[[") {
                    // One of several tables of the same name: told apart by their number, from 0.
                    let number = tables[header, default: 0]
                    tables[header] = number + 1
                    header.append("\(number)")
                }
                keys = header
            } else if let equals = line.firstIndex(of: "="), line.first != "#" {
                keys = header + Self.keys(line[..<equals])
            } else {
                continue
            }
            // On the way there, or below it: who writes [[topic]] has written topic.
            let isNear = path.starts(with: keys) || keys.starts(with: path)
            let depth = min(keys.count, path.count)
            if isNear, depth > best.depth { best = (index + 1, depth) }
        }
        return best.line
    }

    /// The tables under `[[name]]`, in order, each with its path.
    func tables(_ name: String) throws(SettingsError) -> [(table: TOMLTable, path: [String])] {
        guard let value = table[name] else { return [] }
        guard let array = value.array else { throw error(at: [name], "'\(name)' must be tables, [[\(name)]]") }
        var tables: [(TOMLTable, [String])] = []
        for (index, element) in array.enumerated() {
            let path = [name, "\(index)"]
            guard let table = element.table else { throw error(at: path, "'\(name)' must be tables, [[\(name)]]") }
            tables.append((table, path))
        }
        return tables
    }

    private static func keys(_ dotted: Substring) -> [String] {
        dotted.split(separator: ".").map { part in
            String(part.drop { " \t\"'".contains($0) }.reversed().drop { " \t\r\"'".contains($0) }.reversed())
        }
    }
}

/// `a, b and c`.
func listed(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "none" }
    return words.dropLast().joined(separator: ", ") + " and " + last
}
