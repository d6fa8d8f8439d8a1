/// The picture of a model on a screen of this size. Pure: the same model and size always give the same grid.
package func view(_ model: Model, _ size: Size) -> Grid {
    var grid = Grid(size: size)
    guard size.columns >= Size.smallest.columns, size.rows >= Size.smallest.rows else {
        TooSmallView.draw(size, on: &grid)
        return grid
    }
    return grid
}
