import CNcurses
import Console

/// ncurses draws in numbered pairs of colours: each combination in use gets the next number when it is first seen.
struct ColorPairs {
    private struct Pair: Hashable {
        var foreground: CInt
        var background: CInt
    }

    private let depth: ColorDepth
    private let bits = klamm_attribute_bits()
    private var numbers: [Pair: CInt] = [:]

    init(depth: ColorDepth) { self.depth = depth }

    /// Attributes and pair number of a style.
    mutating func look(_ style: ResolvedStyle) -> (attributes: attr_t, pair: CInt) {
        var attributes = bits.normal
        if style.attributes.contains(.bold) { attributes |= bits.bold }
        if style.attributes.contains(.dim) { attributes |= bits.dim }
        if style.attributes.contains(.reverse) { attributes |= bits.reverse }
        if style.attributes.contains(.underline) { attributes |= bits.underline }
        if style.attributes.contains(.italic) { attributes |= bits.italic }
        var (foreground, background) = (index(style.foreground), index(style.background))
        if klamm_colors() < 16 {
            // Eight colours: the bright ones are the same in bold.
            if foreground >= 8 { attributes |= bits.bold }
            foreground = foreground < 0 ? foreground : foreground % 8
            background = background < 0 ? background : background % 8
        }
        return (attributes, number(Pair(foreground: foreground, background: background)))
    }

    private func index(_ color: Color) -> CInt {
        guard depth != .mono else { return -1 }
        switch color {
        case .terminalDefault: return -1
        case .palette(let index):
            // On a terminal with direct colour only the first eight numbers are still those of the palette.
            guard depth == .trueColor, index >= 8, let (red, green, blue) = color.components else { return CInt(index) }
            return direct(red, green, blue)
        case .rgb(let red, let green, let blue): return direct(red, green, blue)
        }
    }

    private func direct(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> CInt {
        let value = CInt(red) << 16 | CInt(green) << 8 | CInt(blue)
        // The darkest blues would be read as colours of the palette.
        return value == 0 || value > 7 ? value : 8
    }

    private mutating func number(_ pair: Pair) -> CInt {
        if pair.foreground == -1, pair.background == -1 { return 0 }
        if let known = numbers[pair] { return known }
        let number = CInt(numbers.count + 1)
        // Fails when the terminal has no more pairs: its own colours then.
        let made = init_extended_pair(number, pair.foreground, pair.background) == OK ? number : 0
        numbers[pair] = made
        return made
    }
}
