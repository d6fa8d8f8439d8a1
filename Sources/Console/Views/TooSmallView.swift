/// What is said instead of drawing something broken.
enum TooSmallView {
    static func draw(_ size: Size, on grid: inout Grid) {
        let lines = [
            "klamm needs \(Size.smallest.columns) x \(Size.smallest.rows)",
            "this is \(size.columns) x \(size.rows)",
        ]
        let all = Rectangle(row: 0, column: 0, size: size)
        for (offset, line) in lines.enumerated() {
            let place = all.centred(rows: lines.count, columns: line.count)
            grid.put(
                line, row: place.row + offset, column: place.column, style: Style(offset == 0 ? .title : .muted),
                width: size.columns)
        }
    }
}
