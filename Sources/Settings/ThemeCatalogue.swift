import Console

/// The themes that can be chosen: those shipped inside the program, and the user's own files, which may also replace
/// a shipped one by taking its name.
package struct ThemeCatalogue: Hashable, Sendable {
    private static let shipped: [(name: String, toml: [UInt8])] = [
        ("dark", PackageResources.dark_toml), ("light", PackageResources.light_toml),
        ("mono", PackageResources.mono_toml), ("high-contrast", PackageResources.high_contrast_toml),
        ("colour-blind-safe", PackageResources.colour_blind_safe_toml),
        ("solarized", PackageResources.solarized_toml), ("gruvbox", PackageResources.gruvbox_toml),
        ("nord", PackageResources.nord_toml),
    ]

    private let folder: String?
    private let own: [String]

    /// With those in the user's own folder.
    package static var ofUser: Self {
        Self(settings: SettingsFolder.ofUser)
    }

    /// With those of a folder of settings.
    package init(settings folder: String?) { self.init(folder: folder.map { $0 + "/themes" }) }

    /// `folder` holds the user's `<name>.toml`; it need not exist.
    package init(folder: String?) {
        self.folder = folder
        own = (folder.map(SettingsFolder.entries(of:)) ?? []).filter { $0.hasSuffix(".toml") && $0.count > 5 }
            .map { String($0.dropLast(5)) }.sorted()
    }

    /// Shipped first, then the user's, by name.
    package var names: [String] {
        let shipped = Self.shipped.map(\.name)
        return shipped + own.filter { !shipped.contains($0) }
    }

    /// The user's files, by name.
    package var ownFiles: [String] { own.map { "\(folder ?? "")/\($0).toml" } }

    /// Throws `UnknownTheme`, or a `SettingsError` about the user's file.
    package func theme(_ name: String) throws -> Theme {
        if let folder, own.contains(name) {
            let path = "\(folder)/\(name).toml"
            return try Theme(name: name, file: path, text: try SettingsFolder.text(of: path) ?? "")
        }
        guard let shipped = Self.shipped.first(where: { $0.name == name }) else {
            throw UnknownTheme(name: name, known: names)
        }
        return try Theme(name: name, file: "\(name).toml", text: String(decoding: shipped.toml, as: UTF8.self))
    }
}

package struct UnknownTheme: Error, Hashable, Sendable, CustomStringConvertible {
    package var name: String
    package var known: [String]

    package init(name: String, known: [String]) {
        self.name = name
        self.known = known
    }

    package var description: String { "there is no theme '\(name)'; known are \(listed(known))" }
}
