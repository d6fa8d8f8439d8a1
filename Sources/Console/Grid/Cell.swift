/// One place of the screen: a glyph of one or two columns, or the right half of the wide glyph before it.
///
/// Invariant, kept by `Grid`: a cell of width 2 is followed by one of width 0, and a cell of width 0 follows one of
/// width 2. A glyph is safe: it holds no control character, no joiner and no direction mark.
package struct Cell: Hashable, Sendable {
    /// What is drawn; empty in the right half of a wide glyph.
    package let glyph: String
    package let width: UInt8
    package var style: Style

    init(glyph: String, width: UInt8, style: Style) {
        self.glyph = glyph
        self.width = width
        self.style = style
    }

    package static let blank = Self(glyph: " ", width: 1, style: .text)

    /// The right half of a wide glyph.
    static func rightHalf(_ style: Style) -> Self { Self(glyph: "", width: 0, style: style) }
}
