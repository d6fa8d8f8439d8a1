/// A terminal's colour.
package enum Color: Hashable, Sendable {
    /// Whatever the terminal has: transparent as a background.
    case terminalDefault
    /// One of the terminal's own 256; the first 16 are what its user chose.
    case palette(UInt8)
    case rgb(red: UInt8, green: UInt8, blue: UInt8)

    private static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
        "bright-white",
    ]

    /// Reads `default`, one of the sixteen names (`red`, `bright-red`, `gray`), `#rgb` or `#rrggbb`.
    package init?(parsing text: String) {
        let text = text.lowercased()
        switch text {
        case "default": self = .terminalDefault
        case "gray", "grey": self = .palette(8)
        default:
            if let index = Self.names.firstIndex(of: text) {
                self = .palette(UInt8(index))
                return
            }
            guard text.first == "#" else { return nil }
            let digits = text.dropFirst().map { $0.isASCII ? $0.hexDigitValue : nil }
            let values = digits.compactMap { $0.map(UInt8.init) }
            guard values.count == digits.count else { return nil }
            switch values.count {
            case 3: self = .rgb(red: values[0] * 17, green: values[1] * 17, blue: values[2] * 17)
            case 6:
                self = .rgb(
                    red: values[0] << 4 | values[1], green: values[2] << 4 | values[3],
                    blue: values[4] << 4 | values[5])
            default: return nil
            }
        }
    }
}

/// How many colours a terminal has.
package enum ColorDepth: Hashable, Sendable, CaseIterable, Comparable {
    /// None, or none wanted (`NO_COLOR`).
    case mono
    case sixteen
    case twoHundredFiftySix
    case trueColor
}

extension Color {
    /// The nearest colour that a terminal of this depth has.
    package func reduced(to depth: ColorDepth) -> Self {
        switch (depth, self) {
        case (_, .terminalDefault), (.trueColor, _): self
        case (.mono, _): .terminalDefault
        case (.twoHundredFiftySix, .palette): self
        case (.twoHundredFiftySix, .rgb(let red, let green, let blue)):
            .palette(Self.nearest(red, green, blue, 16..<256))
        case (.sixteen, .palette(let index)) where index < 16: self
        case (.sixteen, .palette(let index)): Self.sixteen(nearest: Self.components(ofPalette: index))
        case (.sixteen, .rgb(let red, let green, let blue)): Self.sixteen(nearest: (red, green, blue))
        }
    }

    /// One of the sixteen, by hue first: a pale red must become red and not grey, since it is there to alarm. What the
    /// user made of the sixteen is not known anyway.
    private static func sixteen(nearest color: (red: UInt8, green: UInt8, blue: UInt8)) -> Self {
        let components = [color.red, color.green, color.blue].map(Int.init)
        let high = components.max() ?? 0
        let low = components.min() ?? 0
        guard high - low >= 48 else {
            let grey = components.reduce(0, +) / 3
            return .palette(grey < 40 ? 0 : grey < 128 ? 8 : grey < 200 ? 7 : 15)
        }
        // Dark colours are told apart by their strongest component alone.
        let share = high < 128 ? 60 : 45
        var index: UInt8 = 0
        for (bit, component) in components.enumerated() where (component - low) * 100 > (high - low) * share {
            index |= 1 << UInt8(bit)
        }
        return .palette(high < 170 ? index : index + 8)
    }

    /// Red, green and blue; nil where only the terminal knows.
    package var components: (red: UInt8, green: UInt8, blue: UInt8)? {
        switch self {
        case .terminalDefault: nil
        case .palette(let index): Self.components(ofPalette: index)
        case .rgb(let red, let green, let blue): (red, green, blue)
        }
    }

    private static func nearest(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ candidates: Range<Int>) -> UInt8 {
        var best = (index: candidates.lowerBound, distance: Int.max)
        for index in candidates {
            let other = components(ofPalette: UInt8(index))
            let deltas = (Int(red) - Int(other.0), Int(green) - Int(other.1), Int(blue) - Int(other.2))
            // The eye tells greens apart best and blues worst.
            let distance = 3 * deltas.0 * deltas.0 + 4 * deltas.1 * deltas.1 + 2 * deltas.2 * deltas.2
            if distance < best.distance { best = (index, distance) }
        }
        return UInt8(best.index)
    }

    /// xterm's values: sixteen colours, a cube of 6 x 6 x 6, and 24 greys.
    private static func components(ofPalette index: UInt8) -> (UInt8, UInt8, UInt8) {
        switch index {
        case 0..<16: return basic[Int(index)]
        case 16..<232:
            let cube = Int(index) - 16
            return (levels[cube / 36], levels[cube / 6 % 6], levels[cube % 6])
        default:
            let grey = 8 + (index - 232) * 10
            return (grey, grey, grey)
        }
    }

    private static let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
    private static let basic: [(UInt8, UInt8, UInt8)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ]
}
