/// Characters that are drawn and not written: frames and bars must join with those beside them, whatever the font.
struct BoxDrawing: Hashable {
    /// One cell, in the picture's units. Even, so that the middle lies on a whole number.
    static let width = 10
    static let height = 20

    /// A line as an SVG path within its cell; `x` and `y` are the cell's corner.
    static func line(_ glyph: String, x: Int, y: Int) -> String? {
        if let corner = corner(glyph, x: x, y: y) { return corner }
        guard let arms = arms[glyph] else { return nil }
        let (middleX, middleY) = (x + width / 2, y + height / 2)
        var path = ""
        if arms.contains(.left) || arms.contains(.right) {
            path += "M\(arms.contains(.left) ? x : middleX) \(middleY)"
            path += "H\(arms.contains(.right) ? x + width : middleX)"
        }
        if arms.contains(.up) || arms.contains(.down) {
            path += "M\(middleX) \(arms.contains(.up) ? y : middleY)"
            path += "V\(arms.contains(.down) ? y + height : middleY)"
        }
        return path
    }

    private static func corner(_ glyph: String, x: Int, y: Int) -> String? {
        let (middleX, middleY) = (x + width / 2, y + height / 2)
        return switch glyph {
        case "╭": "M\(x + width) \(middleY)Q\(middleX) \(middleY) \(middleX) \(y + height)"
        case "╮": "M\(x) \(middleY)Q\(middleX) \(middleY) \(middleX) \(y + height)"
        case "╰": "M\(middleX) \(y)Q\(middleX) \(middleY) \(x + width) \(middleY)"
        case "╯": "M\(middleX) \(y)Q\(middleX) \(middleY) \(x) \(middleY)"
        default: nil
        }
    }

    /// A filled block within its cell: where it begins and how large it is.
    static func block(_ glyph: String, x: Int, y: Int) -> Rectangle? {
        if let eighths = rising.firstIndex(of: glyph).map({ $0 + 1 }) {
            let rows = (height * eighths + 4) / 8
            // Bars beside each other stay bars; only a whole block joins the next.
            return Rectangle(
                row: y + height - rows, column: x, rows: rows, columns: eighths == 8 ? width : width - 1)
        }
        if let eighths = growing.firstIndex(of: glyph).map({ $0 + 1 }) {
            return Rectangle(row: y, column: x, rows: height, columns: (width * eighths + 4) / 8)
        }
        return switch glyph {
        case "▀": Rectangle(row: y, column: x, rows: height / 2, columns: width)
        case "▐": Rectangle(row: y, column: x + width / 2, rows: height, columns: width / 2)
        default: nil
        }
    }

    private static let rising = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    private static let growing = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    private struct Arms: OptionSet, Hashable {
        let rawValue: UInt8
        static let left = Self(rawValue: 1)
        static let right = Self(rawValue: 2)
        static let up = Self(rawValue: 4)
        static let down = Self(rawValue: 8)
    }

    private static let arms: [String: Arms] = [
        "─": [.left, .right], "│": [.up, .down], "┌": [.right, .down], "┐": [.left, .down], "└": [.right, .up],
        "┘": [.left, .up], "├": [.up, .down, .right], "┤": [.up, .down, .left], "┬": [.left, .right, .down],
        "┴": [.left, .right, .up], "┼": [.left, .right, .up, .down], "╴": .left, "╵": .up, "╶": .right, "╷": .down,
    ]
}
