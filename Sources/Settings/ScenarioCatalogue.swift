import Console
import Scenarios

/// The scenarios that are shipped inside the program, and those of files.
package enum ScenarioCatalogue {
    /// In the order of their numbers.
    package static var names: [String] { shipped.map(\.name) }

    /// What a list of them shows. A shipped file that cannot be read would be a test's failure.
    package static var heads: [ScenarioHead] {
        names.map { name in ScenarioHead(name: name, title: (try? scenario(named: name))??.title ?? name) }
    }

    /// A shipped scenario by its name, its number or the beginning of its name; nil for none.
    package static func scenario(named name: String) throws(SettingsError) -> Scenario? {
        let digits = name.count == 1 ? "0" + name : name
        let found =
            shipped.first { $0.name == name } ?? shipped.first { $0.name.hasPrefix(digits + "-") }
            ?? shipped.first { $0.name.dropFirst(3) == name }
        guard let found else { return nil }
        return try ScenarioDocument.read(name: found.name, file: found.name + ".toml", text: text(of: found.toml))
    }

    /// The file of a shipped scenario, as it would be written by hand; nil for none.
    package static func file(named name: String) -> String? {
        shipped.first { $0.name == name }.map { text(of: $0.toml) }
    }

    package static func scenario(inFile path: String) throws -> Scenario? {
        guard let text = try SettingsFolder.text(of: path) else { return nil }
        return try scenario(text: text, file: path)
    }

    /// Named as the file is.
    package static func scenario(text: String, file path: String) throws(SettingsError) -> Scenario {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let name = file.hasSuffix(".toml") ? String(file.dropLast(5)) : file
        return try ScenarioDocument.read(name: name, file: path, text: text)
    }

    private static func text(of bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
