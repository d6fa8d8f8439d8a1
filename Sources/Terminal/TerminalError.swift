/// Why the console cannot use this terminal, as a sentence for the user.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    case notATerminal
    case unknownTerminal(name: String)

    package var description: String {
        switch self {
        case .notATerminal:
            "standard input and output are not a terminal; use 'klamm serve' to run without a console"
        case .unknownTerminal(let name):
            "the terminal type '\(name)' is unknown here; set TERM to one that is, such as xterm-256color"
        }
    }
}
