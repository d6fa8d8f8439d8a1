import Console
import TOMLKit

extension Theme {
    /// Reads a theme: a palette of names, a look for each role over it, and a gradient for each scale.
    ///
    /// ```
    /// background = "night"
    /// [palette]
    /// night = "#0f141b"
    /// [roles]
    /// text = "#d4dbe6"
    /// title = { fg = "bright-cyan", bold = true }
    /// [gradients]
    /// lag = ["green", "yellow", "red"]
    /// ```
    /// A role that is left out looks like the role that it falls back to; a gradient that is left out is that of `dark`.
    init(name: String, file: String, text: String) throws(SettingsError) {
        let document = try SettingsDocument(file: file, text: text)
        try document.check(document.table, at: [], knows: ["background", "palette", "roles", "gradients"])
        let reader = try ThemeReader(document)
        self.init(
            name: name,
            background: try document.table["background"].map { (value) throws(SettingsError) in
                try reader.color(value, at: ["background"])
            } ?? .terminalDefault,
            styles: try reader.styles(), lag: try reader.gradient("lag") ?? Theme.dark.lag,
            load: try reader.gradient("load") ?? Theme.dark.load)
    }
}

private struct ThemeReader {
    private static let attributes: [(name: String, attribute: Attributes)] = [
        ("bold", .bold), ("dim", .dim), ("reverse", .reverse), ("underline", .underline), ("italic", .italic),
    ]

    private let document: SettingsDocument
    private var palette: [String: Color] = [:]

    init(_ document: SettingsDocument) throws(SettingsError) {
        self.document = document
        guard let table = try document.table("palette") else { return }
        for name in table.keys {
            let path = ["palette", name]
            guard let text = table[name]?.string, let color = Color(parsing: text) else {
                throw document.error(at: path, "'\(name)' must be #rrggbb, default, or a name such as bright-blue")
            }
            palette[name] = color
        }
    }

    func color(_ value: any TOMLValueConvertible, at path: [String]) throws(SettingsError) -> Color {
        guard let text = value.string else { throw document.error(at: path, "a colour must be text, in quotes") }
        if let color = palette[text] ?? Color(parsing: text) { return color }
        throw document.error(
            at: path,
            "'\(text)' is neither in the palette nor a colour: #rrggbb, default, or a name such as bright-blue"
        )
    }

    func styles() throws(SettingsError) -> [Role: ThemeStyle] {
        var styles: [Role: ThemeStyle] = [:]
        guard let table = try document.table("roles") else { return styles }
        try document.check(table, at: ["roles"], knows: Role.allCases.map(\.rawValue))
        for role in Role.allCases {
            guard let value = table[role.rawValue] else { continue }
            styles[role] = try style(value, at: ["roles", role.rawValue])
        }
        return styles
    }

    /// A colour alone, or a table of colours and attributes.
    private func style(_ value: any TOMLValueConvertible, at path: [String]) throws(SettingsError) -> ThemeStyle {
        guard let table = value.table else { return ThemeStyle(foreground: try plain(color(value, at: path))) }
        try document.check(table, at: path, knows: ["fg", "bg"] + Self.attributes.map(\.name))
        var style = ThemeStyle()
        if let value = table["fg"] { style.foreground = try plain(color(value, at: path)) }
        if let value = table["bg"] { style.background = try color(value, at: path) }
        for (name, attribute) in Self.attributes {
            guard let value = table[name] else { continue }
            guard let isOn = value.bool else { throw document.error(at: path, "'\(name)' must be true or false") }
            if isOn { style.attributes.insert(attribute) }
        }
        return style
    }

    /// `default` as a foreground lets the colour below show through.
    private func plain(_ color: Color) -> Color? { color == .terminalDefault ? nil : color }

    func gradient(_ name: String) throws(SettingsError) -> Gradient? {
        guard let table = try document.table("gradients") else { return nil }
        try document.check(table, at: ["gradients"], knows: Scale.allCases.map(\.rawValue))
        guard let value = table[name] else { return nil }
        let path = ["gradients", name]
        guard let array = value.array, array.count == 3 else {
            throw document.error(at: path, "'\(name)' must be three colours, from little to much")
        }
        let stops = try array.map { (stop) throws(SettingsError) in try color(stop, at: path) }
        return Gradient(low: stops[0], middle: stops[1], high: stops[2])
    }
}
