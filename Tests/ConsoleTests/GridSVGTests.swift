import Testing

@testable import Console

/// The picture of a screen, read back as XML.
@Suite struct GridSVGTests {
    private func elements(_ grid: Grid, theme: Theme = .dark) throws -> [XMLElements.Element] {
        try XMLElements.read(grid.svg(theme: theme))
    }

    @Test func `letters stand on the places of their cells, wide ones on two`() throws {
        // Fonts differ from machine to machine; a table must stay a table.
        var grid = Grid(size: Size(columns: 20, rows: 2))
        grid.put("ab 日本 c", row: 1, column: 2)
        let texts = try elements(grid).filter { $0.name == "text" }
        #expect(texts.map(\.text) == ["ab", "日", "本", "c"])
        #expect(texts.map { $0.attributes["x"] } == ["20", "60", "80", "100"])
        #expect(texts[0].attributes["textLength"] == "20" && texts[3].attributes["textLength"] == "10")
        #expect(texts[1].attributes["text-anchor"] == "middle")
    }

    @Test func `what markup means is text in a picture`() throws {
        // Topics and records hold anything, and a picture in a README must not run it.
        var grid = Grid(size: Size(columns: 40, rows: 1))
        grid.put("<script>&amp;\"'", row: 0, column: 0)
        let texts = try elements(grid).filter { $0.name == "text" }
        #expect(texts.map(\.text) == ["<script>&amp;\"'"])
    }

    @Test func `frames join: every line ends at the edge of its cell or goes on in it`() throws {
        // A frame with gaps at its corners looks broken in half of all fonts.
        var grid = Grid(size: Size(columns: 4, rows: 3))
        grid.frame(Rectangle(row: 0, column: 0, rows: 3, columns: 4), title: StyledText())
        let paths = try elements(grid).filter { $0.name == "path" }.compactMap { $0.attributes["d"] }
        #expect(paths.joined().contains("M10 10Q5 10 5 20"))
        #expect(paths.joined().contains("M10 10H20"))
        #expect(paths.joined().contains("M5 20V40"))
        #expect(paths.joined().contains("M5 40Q5 50 10 50"))
        #expect(try elements(grid).contains { $0.name == "text" } == false)
    }

    @Test func `bars are as high as they say`() throws {
        // A sparkline is read by its heights.
        var grid = Grid(size: Size(columns: 3, rows: 1))
        grid.put("▁▄█", row: 0, column: 0)
        let bars = try elements(grid).filter { $0.name == "rect" }.dropFirst()
        #expect(bars.map { $0.attributes["height"] } == ["3", "10", "20"])
        #expect(bars.map { $0.attributes["y"] } == ["17", "10", "0"])
    }

    @Test func `colours are the theme's, and mono turns the selection round`() throws {
        // The same screen under another theme must look like that theme.
        var grid = Grid(size: Size(columns: 3, rows: 1))
        grid.put("abc", row: 0, column: 0, style: Style(.leader))
        let dark = try elements(grid)
        #expect(dark.first { $0.name == "text" }?.attributes["fill"] == "#f2c572")
        #expect(dark.first { $0.name == "text" }?.attributes["font-weight"] == "bold")
        grid.restyle(Rectangle(row: 0, column: 0, rows: 1, columns: 3)) { $0.isSelected = true }
        let mono = try elements(grid, theme: .mono)
        #expect(mono.first { $0.name == "text" }?.attributes["fill"] == "#16181d")
        #expect(mono.filter { $0.name == "rect" }.last?.attributes["fill"] == "#d8dbe2")
    }

    @Test(arguments: GoldenTests.scenes.map(\.name))
    func `every screen is a picture with all its words`(name: String) throws {
        // Whatever a view draws next must not fall out of the picture.
        let scene = try #require(GoldenTests.scenes.first { $0.name == name })
        var session = Session(columns: 120, rows: 40)
        scene.play(&session)
        let drawn = try elements(session.grid).filter { $0.name == "text" }.map(\.text).joined().filter { $0 != " " }
        let undrawn = session.screen.filter { !" \n".contains($0) && !Self.isDrawn($0) }
        #expect(drawn == undrawn)
    }

    private static func isDrawn(_ character: Character) -> Bool {
        BoxDrawing.line(String(character), x: 0, y: 0) != nil || BoxDrawing.block(String(character), x: 0, y: 0) != nil
    }
}
