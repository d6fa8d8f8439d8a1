import Testing

@testable import Console

/// SplitMix64: the same numbers in every run.
struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct GridTests {
    private static let words = ["orders", "日本語", "e\u{301}té", "👍 ok", "│", "漢", "x", "  ", "한글 mix 中"]

    private func scribble(_ grid: inout Grid, _ generator: inout Generator, times: Int) {
        for _ in 0..<times {
            let word = Self.words.randomElement(using: &generator) ?? ""
            grid.put(
                word, row: Int.random(in: -1...grid.size.rows, using: &generator),
                column: Int.random(in: -3...grid.size.columns, using: &generator),
                style: Style(Role.allCases.randomElement(using: &generator) ?? .text),
                width: Int.random(in: 0...9, using: &generator))
        }
    }

    private func isWhole(_ grid: Grid) -> Bool {
        (0..<grid.size.rows).allSatisfy { row in
            let cells = Array(grid.row(row))
            return cells.indices.allSatisfy { index in
                switch cells[index].width {
                case 2: index + 1 < cells.count && cells[index + 1].width == 0
                case 0: index > 0 && cells[index - 1].width == 2
                default: true
                }
            }
        }
    }

    @Test func `applying the changes to the old picture gives the new one`() {
        // The terminal sees nothing but changes: one that is missing stays wrong on the screen for ever.
        for seed in UInt64(0)..<300 {
            var generator = Generator(state: seed)
            var old = Grid(size: Size(columns: 13, rows: 5))
            scribble(&old, &generator, times: 12)
            var new = seed % 3 == 0 ? Grid(size: old.size) : old
            scribble(&new, &generator, times: Int(seed % 9))
            let changes = old.changes(to: new)
            var applied = old
            applied.apply(changes)
            #expect(applied == new, "seed \(seed)")
            #expect(old == new || !changes.isEmpty, "seed \(seed)")
            for run in changes {
                #expect(run.cells.first?.width != 0, "seed \(seed): a run begins in the middle of a glyph")
                #expect(run.cells.last?.width != 2, "seed \(seed): a run ends in the middle of a glyph")
            }
        }
    }

    @Test func `equal pictures have no changes`() {
        // An idle console writes nothing.
        var grid = Grid(size: Size(columns: 20, rows: 3))
        grid.put("日本 orders", row: 1, column: 2)
        #expect(grid.changes(to: grid).isEmpty)
    }

    @Test func `another size draws everything`() {
        // After a resize the terminal's own picture is not known.
        let old = Grid(size: Size(columns: 20, rows: 3))
        let new = Grid(size: Size(columns: 21, rows: 3))
        #expect(old.changes(to: new).reduce(0) { $0 + $1.cells.count } == 63)
    }

    @Test func `a wide glyph is never left in halves`() {
        // Half a glyph shifts the rest of its line.
        for seed in UInt64(0)..<300 {
            var generator = Generator(state: seed &+ 1000)
            var grid = Grid(size: Size(columns: 11, rows: 3))
            scribble(&grid, &generator, times: 25)
            grid.clear(Rectangle(row: 0, column: Int(seed % 7), rows: 2, columns: 3))
            #expect(isWhole(grid), "seed \(seed)")
        }
    }

    @Test func `drawing outside is clipped, and no size is too small`() {
        // Views do not check sizes; nothing may trap.
        for (columns, rows) in [(0, 0), (1, 1), (2, 2), (3, 1), (80, 0)] {
            var grid = Grid(size: Size(columns: columns, rows: rows))
            grid.put("orders", row: 0, column: -2)
            grid.put("日本", row: rows - 1, column: columns - 1)
            grid.frame(Rectangle(row: 0, column: 0, size: grid.size), title: "Topics")
            grid.clear(Rectangle(row: -3, column: -3, rows: 9, columns: 9))
            #expect(grid.size == Size(columns: columns, rows: rows))
        }
    }

    @Test func `every screen size gets a picture of exactly that size`() {
        // A terminal can be dragged to any size at any moment.
        let session = Session()
        for (columns, rows) in [(0, 0), (1, 1), (20, 3), (79, 24), (80, 23), (80, 24), (81, 25), (300, 100)] {
            let size = Size(columns: columns, rows: rows)
            #expect(view(session.model, size).size == size)
        }
    }
}
