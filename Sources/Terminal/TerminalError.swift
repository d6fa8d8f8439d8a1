/// Why the console cannot use this terminal, as a sentence for the user.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// And what can be used instead.
    case notATerminal(instead: String)
    case unknownTerminal(name: String)

    /// For who wants a cluster.
    package static let noConsole = Self.notATerminal(instead: "use 'klamm serve' to run without a console")
    /// For who wants to look at one.
    package static let noConsoleThere = Self.notATerminal(
        instead:
            "use 'klamm snapshot --bootstrap HOST:PORT --view groups' to print a view, and see 'klamm snapshot --help'")

    package var description: String {
        switch self {
        case .notATerminal(let instead): "standard input and output are not a terminal; \(instead)"
        case .unknownTerminal(let name):
            "the terminal type '\(name)' is unknown here; set TERM to one that is, such as xterm-256color"
        }
    }
}
