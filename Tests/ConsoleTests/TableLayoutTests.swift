import Testing

@testable import Console

@Suite struct TableLayoutTests {
    private let columns = [
        ColumnRequest(minimum: 10, ideal: 20, priority: 0), ColumnRequest(minimum: 8, ideal: 8, priority: 2),
        ColumnRequest(minimum: 6, ideal: 9, priority: 1), ColumnRequest(minimum: 5, ideal: 5, priority: 3),
    ]

    private func total(_ layout: TableLayout) -> Int {
        let kept = layout.widths.filter { $0 > 0 }
        return kept.reduce(0, +) + layout.gap * max(0, kept.count - 1)
    }

    @Test func `it fits at every width`() {
        // Also at absurd ones: nothing may trap or run over the frame.
        for width in 0...200 {
            let layout = TableLayout(columns, width: width)
            #expect(total(layout) <= width, "width \(width): \(layout)")
            #expect(layout.widths.count == columns.count)
        }
        #expect(TableLayout([], width: 40).widths.isEmpty)
    }

    @Test func `the least important column drops out first`() {
        // What a narrow screen shows is chosen, not cut off at the right.
        #expect(TableLayout(columns, width: 35).widths == [10, 8, 6, 5])
        #expect(TableLayout(columns, width: 34).widths[3] == 0)
        #expect(TableLayout(columns, width: 34).widths[1] >= 8)
        #expect(
            TableLayout(columns, width: 20).widths == [11, 0, 7, 0]
                || TableLayout(columns, width: 20).widths == [12, 0, 6, 0])
        #expect(TableLayout(columns, width: 12).widths == [12, 0, 0, 0])
        #expect(TableLayout(columns, width: 4).widths == [4, 0, 0, 0])
    }

    @Test func `what is left over goes to the contents, then between the columns, but not without end`() {
        // Numbers a hand's breadth away from their name are hard to read.
        let layout = TableLayout(columns, width: 200)
        #expect(layout.widths == [20, 8, 9, 5])
        #expect(layout.gap == TableLayout.gapMost)
    }
}
