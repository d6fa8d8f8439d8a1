/// What a piece of the screen means. A theme says how each meaning looks; views never name a colour.
package enum Role: String, Hashable, Sendable, CaseIterable {
    case text, muted, border, borderFocused, title, heading, accent, selected, key, crumb
    case leader, inSync, lagging, offline
    case fault, ok, warning, error

    /// The role whose look is taken where a theme leaves this one out.
    package var fallback: Role {
        switch self {
        case .text: .text
        case .muted, .border, .selected: .text
        case .borderFocused, .heading, .accent, .crumb, .key: .title
        case .title: .text
        case .leader: .accent
        case .inSync: .ok
        case .lagging: .warning
        case .offline, .fault: .error
        case .ok, .warning, .error: .text
        }
    }
}

/// A scale of three colours along which a figure is shown.
package enum Scale: String, Hashable, Sendable, CaseIterable {
    case lag, load
}

/// Where a cell's colour comes from.
package enum Paint: Hashable, Sendable {
    case role(Role)
    /// A place on a gradient, from 0 to 255.
    case scale(Scale, UInt8)
}

/// Ways to draw a glyph that need no colour.
package struct Attributes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let bold = Self(rawValue: 1)
    package static let dim = Self(rawValue: 2)
    package static let reverse = Self(rawValue: 4)
    package static let underline = Self(rawValue: 8)
    package static let italic = Self(rawValue: 16)
}

/// How one cell looks, in meanings and not in colours: `Theme.resolve` turns it into colours.
package struct Style: Hashable, Sendable {
    package var paint: Paint
    package var attributes: Attributes
    /// The cell lies in the selected row: the theme's `selected` is laid over it.
    package var isSelected = false

    package init(_ role: Role, _ attributes: Attributes = []) {
        self.paint = .role(role)
        self.attributes = attributes
    }

    package init(_ paint: Paint, _ attributes: Attributes = []) {
        self.paint = paint
        self.attributes = attributes
    }

    package static let text = Self(.text)
}
