/// How one role looks. What is nil shows through from below.
package struct ThemeStyle: Hashable, Sendable {
    package var foreground: Color?
    package var background: Color?
    package var attributes: Attributes

    package init(foreground: Color? = nil, background: Color? = nil, attributes: Attributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }
}

/// Three colours, from little to much.
package struct Gradient: Hashable, Sendable {
    package var low: Color
    package var middle: Color
    package var high: Color

    package init(low: Color, middle: Color, high: Color) {
        self.low = low
        self.middle = middle
        self.high = high
    }

    /// The colour at a place from 0 to 255. Mixed where all three have components, else the nearest stop.
    package func color(at place: UInt8) -> Color {
        guard let low = low.components, let middle = middle.components, let high = high.components,
            isMixable
        else { return place < 86 ? self.low : place < 171 ? self.middle : self.high }
        let (from, to, part) = place < 128 ? (low, middle, Int(place) * 2) : (middle, high, (Int(place) - 128) * 2)
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Int(a) * (255 - part) + Int(b) * part) / 255) }
        return .rgb(red: mix(from.red, to.red), green: mix(from.green, to.green), blue: mix(from.blue, to.blue))
    }

    /// The first sixteen colours are the user's own: only the terminal knows what they look like.
    private var isMixable: Bool {
        [low, middle, high].allSatisfy { if case .rgb = $0 { true } else { false } }
    }
}

/// What a terminal is told for one cell.
package struct ResolvedStyle: Hashable, Sendable {
    package var foreground: Color
    package var background: Color
    package var attributes: Attributes
}

/// Looks for every role and scale.
package struct Theme: Hashable, Sendable {
    package var name: String
    package var background: Color
    private var styles: [Role: ThemeStyle]
    package var lag: Gradient
    package var load: Gradient

    package init(
        name: String, background: Color = .terminalDefault, styles: [Role: ThemeStyle], lag: Gradient, load: Gradient
    ) {
        self.name = name
        self.background = background
        self.styles = styles
        self.lag = lag
        self.load = load
    }

    /// A role's look, or that of the role it falls back to.
    package subscript(role: Role) -> ThemeStyle {
        get {
            var role = role
            while true {
                if let style = styles[role] { return style }
                if role == .text { return ThemeStyle() }
                role = role.fallback
            }
        }
        set { styles[role] = newValue }
    }

    /// What to tell a terminal of this depth. Without colours the looks are those of `mono`, so that a selection is
    /// seen under every theme.
    package func resolve(_ style: Style, depth: ColorDepth) -> ResolvedStyle {
        let theme = depth == .mono ? .mono : self
        var look: ThemeStyle
        switch style.paint {
        case .role(let role): look = theme[role]
        case .scale(.lag, let place): look = ThemeStyle(foreground: theme.lag.color(at: place))
        case .scale(.load, let place): look = ThemeStyle(foreground: theme.load.color(at: place))
        }
        look.attributes.formUnion(style.attributes)
        if style.isSelected {
            let selected = theme[.selected]
            // What stands back elsewhere must still be read on the selection.
            if style.paint == .role(.muted) { look = theme[.text] }
            look.foreground = selected.foreground ?? look.foreground
            look.background = selected.background ?? look.background
            look.attributes.formUnion(selected.attributes)
        }
        let foreground = look.foreground ?? theme[.text].foreground ?? .terminalDefault
        return ResolvedStyle(
            foreground: foreground.reduced(to: depth), background: (look.background ?? background).reduced(to: depth),
            attributes: look.attributes)
    }

    /// No colour at all: weight and reversal say what colour says elsewhere. The base of every other theme.
    package static let mono = Self(
        name: "mono",
        styles: [
            .text: ThemeStyle(),
            .muted: ThemeStyle(attributes: .dim),
            .border: ThemeStyle(attributes: .dim),
            .borderFocused: ThemeStyle(),
            .title: ThemeStyle(attributes: .bold),
            .heading: ThemeStyle(attributes: .underline),
            .accent: ThemeStyle(attributes: .bold),
            .selected: ThemeStyle(attributes: .reverse),
            .key: ThemeStyle(attributes: .bold),
            .crumb: ThemeStyle(),
            .leader: ThemeStyle(attributes: .bold),
            .lagging: ThemeStyle(attributes: .underline),
            .offline: ThemeStyle(attributes: .bold),
            .fault: ThemeStyle(attributes: [.bold, .underline]),
            .warning: ThemeStyle(attributes: .bold),
            .error: ThemeStyle(attributes: .bold),
        ],
        lag: Gradient(low: .terminalDefault, middle: .terminalDefault, high: .terminalDefault),
        load: Gradient(low: .terminalDefault, middle: .terminalDefault, high: .terminalDefault))

    /// The look without a settings file: readable on a dark terminal of any depth.
    package static let dark = Self(
        name: "dark",
        styles: [
            .text: look("#c8d3e0"),
            .muted: look("#6c7a8c"),
            .border: look("#3b4757"),
            .borderFocused: look("#5aa9e6"),
            .title: look("#7fc8f8", .bold),
            .heading: look("#8fa1b5", .bold),
            .accent: look("#f2c572"),
            .selected: ThemeStyle(background: Color(parsing: "#24405c"), attributes: .bold),
            .key: look("#d99aef", .bold),
            .crumb: look("#7fc8f8"),
            .leader: look("#f2c572", .bold),
            .inSync: look("#7bd88f"),
            .lagging: look("#f5a25d"),
            .offline: look("#f0616d", .bold),
            .fault: look("#ff5f87", .bold),
            .ok: look("#7bd88f"),
            .warning: look("#f5a25d"),
            .error: look("#f0616d", .bold),
        ],
        lag: gradient("#7bd88f", "#f2c572", "#f0616d"),
        load: gradient("#3d7ea6", "#7fc8f8", "#d99aef"))

    private static func look(_ color: String, _ attributes: Attributes = []) -> ThemeStyle {
        ThemeStyle(foreground: Color(parsing: color), attributes: attributes)
    }

    private static func gradient(_ low: String, _ middle: String, _ high: String) -> Gradient {
        func color(_ text: String) -> Color { Color(parsing: text) ?? .terminalDefault }
        return Gradient(low: color(low), middle: color(middle), high: color(high))
    }
}
