import KafkaCluster
import KafkaProtocol

/// What a click on a part of the screen means. Views say it where they draw, so that what is seen is what is clicked.
package enum ClickTarget: Hashable, Sendable {
    case action(ActionID)
    /// A row of the table, or of the events below it, by its place in the list.
    case row(Int, Screen.Pane)
    /// A heading by which rows can be sorted.
    case column(String)
    /// A screen of the stack, the root first.
    case crumb(Int)
    /// Of a menu or the palette.
    case item(Int)
    /// Whose faults a menu offers, and the other end of its links.
    case faultsOf(BrokerID)
    case linkTo(Party)
    /// Of a form.
    case field(Int)
    /// Within a box that lies over the screen, where there is nothing to click.
    case nothing
}

/// What the mouse did.
package struct MouseEvent: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case click, wheelUp, wheelDown }

    package var kind: Kind
    package var position: Position

    package init(_ kind: Kind, at position: Position) {
        self.kind = kind
        self.position = position
    }
}
