import CNcurses
import Console
import Glibc

/// The user's terminal, through ncurses: changed cells out, keys in.
///
/// Used by one thread, that which made it; others may only `wake` it. There is one at a time, because ncurses has one
/// screen and a process one set of signal handlers. However the process ends (quit, a signal, a crash), the terminal
/// gets its own screen, cursor and settings back.
package final class TerminalScreen {
    package let depth: ColorDepth
    private let tty: CInt = STDOUT_FILENO
    private let wakeDescriptor: CInt
    private let screen: OpaquePointer
    private var colors: ColorPairs
    /// How each meaning looks under the theme shown: finding the nearest colour is not for every cell of every picture.
    private var looks: [Style: (attributes: attr_t, pair: CInt)] = [:]
    private var shown: Grid?
    private var shownTheme: Theme?
    private var pasted: String?
    /// As much of a report of the mouse as has come.
    private var mouse: String?
    private let takesMouse: Bool
    private var isRestored = false

    /// `crashNote` is what a user reads after a crash, when the screen is theirs again.
    package init(crashNote: String, takesMouse: Bool = true) throws(TerminalError) {
        self.takesMouse = takesMouse
        guard Self.isATerminal else { throw .noConsole }
        useUTF8()
        klamm_guard_remember(tty)
        wakeDescriptor = klamm_wake_open()
        precondition(wakeDescriptor >= 0, "the system has no pipe left for klamm's console")
        let name = getenv("TERM").map { String(cString: $0) } ?? ""
        guard let screen = klamm_newterm() else {
            klamm_wake_close()
            throw .unknownTerminal(name: name)
        }
        self.screen = screen
        depth = Self.colorDepth()
        colors = ColorPairs(depth: depth)
        let reset = Self.resetSequences()
        klamm_guard_arm(tty, reset, reset.utf8.count, crashNote, crashNote.utf8.count)
        raw()
        noecho()
        nonl()
        keypad(klamm_stdscr(), true)
        nodelay(klamm_stdscr(), true)
        idlok(klamm_stdscr(), true)
        set_escdelay(25)
        curs_set(0)
        Bracketed.define()
        if takesMouse { Mouse.define() }
        enter()
    }

    /// What ends a sleep in `wait`; safe from any thread at any time.
    package static func wake() { klamm_wake(CChar(KLAMM_WAKE_POKED)) }

    package var size: Size { Size(columns: Int(getmaxx(klamm_stdscr())), rows: Int(getmaxy(klamm_stdscr()))) }

    /// Whether somebody sits at both ends of this process.
    package static var isATerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    // MARK: Out

    /// Shows the picture, drawing only what differs from the one before.
    package func draw(_ grid: Grid, theme: Theme) {
        if theme != shownTheme {
            shown = nil
            looks = [:]
        }
        let size = self.size
        let runs = (shown ?? Grid(size: Size(columns: 0, rows: 0))).changes(to: grid)
        for run in runs where run.row < size.rows {
            for (offset, cell) in run.cells.enumerated() where cell.width > 0 {
                put(cell, row: run.row, column: run.column + offset, theme: theme)
            }
        }
        shown = grid
        shownTheme = theme
        if let cursor = grid.cursor, cursor.row < size.rows, cursor.column < size.columns {
            move(CInt(cursor.row), CInt(cursor.column))
            curs_set(1)
        } else {
            curs_set(0)
        }
        refresh()
    }

    private func put(_ cell: Cell, row: Int, column: Int, theme: Theme) {
        let look = looks[cell.style] ?? colors.look(theme.resolve(cell.style, depth: depth))
        looks[cell.style] = look
        // ncurses takes a base and at most five marks that combine with it.
        var glyph = cell.glyph.unicodeScalars.prefix(Int(CCHARW_MAX) - 1).map { wchar_t(bitPattern: $0.value) }
        glyph.append(0)
        klamm_put(CInt(row), CInt(column), glyph, look.attributes, look.pair)
    }

    /// Draws every cell anew with the next picture: something else wrote on the terminal.
    package func invalidate() {
        shown = nil
        clearok(klamm_stdscr(), true)
    }

    /// Into the clipboard of the user's own terminal, also over SSH, where that terminal allows it (OSC 52). False
    /// where the text is longer than terminals take.
    package func copy(_ text: String) -> Bool {
        guard text.utf8.count <= 74_994 else { return false }
        write("\u{1B}]52;c;\(base64(Array(text.utf8)))\u{07}")
        return true
    }

    private func write(_ text: String) {
        fflush(nil)
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(tty, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    // MARK: In

    /// Sleeps until something is typed, the size changes, a signal comes or another thread wakes it, at most so long;
    /// for ever without a limit. Returns what came, in order.
    package func wait(milliseconds: Int?) -> [TerminalInput] {
        var files = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&files, 2, milliseconds.map { CInt(clamping: $0) } ?? -1)
        guard ready > 0 else { return [] }
        var inputs: [TerminalInput] = []
        if files[1].revents != 0 { inputs += readWakes() }
        if files[0].revents & Int16(POLLIN) != 0 { inputs += readKeys() }
        if files[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { inputs.append(.terminate) }
        return inputs
    }

    private func readWakes() -> [TerminalInput] {
        var bytes = [CChar](repeating: 0, count: 256)
        let count = read(wakeDescriptor, &bytes, bytes.count)
        guard count > 0 else { return [] }
        let causes = Set(bytes[..<count].map { Int($0) })
        var inputs: [TerminalInput] = []
        if causes.contains(Int(KLAMM_WAKE_SUSPEND)) { inputs.append(.suspend) }
        if causes.contains(Int(KLAMM_WAKE_CONTINUED)) {
            enter()
            inputs += [resize(), .continued]
        } else if causes.contains(Int(KLAMM_WAKE_RESIZED)) {
            inputs.append(resize())
        }
        if causes.contains(Int(KLAMM_WAKE_TERMINATE)) { inputs.append(.terminate) }
        return inputs
    }

    private func resize() -> TerminalInput {
        var (columns, rows): (CInt, CInt) = (0, 0)
        if klamm_tty_size(tty, &columns, &rows), columns != getmaxx(klamm_stdscr()) || rows != getmaxy(klamm_stdscr()) {
            resizeterm(rows, columns)
            erase()
            invalidate()
        }
        return .resized(size)
    }

    private func readKeys() -> [TerminalInput] {
        var inputs: [TerminalInput] = []
        while let code = KeyCode.next() {
            if pasted != nil {
                switch code {
                case .key(Bracketed.end):
                    inputs.append(.pasted(pasted ?? ""))
                    pasted = nil
                case .character(let value):
                    if let scalar = UnicodeScalar(value) { pasted?.unicodeScalars.append(scalar) }
                case .key: break
                }
            } else if mouse != nil, case .character(let value) = code {
                if let event = readMouse(value) { inputs.append(.mouse(event)) }
            } else if code == .key(Mouse.start) {
                mouse = ""
            } else if code == .key(Bracketed.start) {
                pasted = ""
            } else if let chord = code.chord {
                inputs.append(chord == .control("z") ? .suspend : .key(chord))
            }
        }
        return inputs
    }

    private func readMouse(_ value: UInt32) -> MouseEvent? {
        mouse? += UnicodeScalar(value).map(String.init) ?? " "
        guard case .over(let event) = Mouse.read(mouse ?? "") else { return nil }
        mouse = nil
        return event
    }

    // MARK: Coming and going

    private func enter() {
        write(Bracketed.on + (takesMouse ? Mouse.on : ""))
        invalidate()
    }

    /// Gives the terminal back and stops the process, as ctrl-z does; returns when it goes on.
    package func suspend() {
        write(Mouse.off + Bracketed.off)
        endwin()
        klamm_stop_self()
        enter()
    }

    /// Gives the terminal back for good.
    package func restore() {
        guard !isRestored else { return }
        isRestored = true
        write(Mouse.off + Bracketed.off)
        endwin()
        klamm_guard_disarm()
        klamm_wake_close()
    }

    deinit { restore() }
}

/// What `TerminalScreen.wait` returns.
package enum TerminalInput: Hashable, Sendable {
    case key(KeyChord)
    case pasted(String)
    case mouse(MouseEvent)
    case resized(Size)
    /// The user wants the shell back for a while: answer with `TerminalScreen.suspend`.
    case suspend
    /// The process goes on after a stop; draw anew.
    case continued
    /// A signal asks the program to end, or the terminal is gone.
    case terminate
}

/// Makes the C library read and write UTF-8 whatever LANG says: a terminal of today that cannot is rarer than a shell
/// with LANG=C, under which ncurses would blank every glyph beyond ASCII.
private func useUTF8() {
    if setlocale(LC_CTYPE, "") != nil, let charset = nl_langinfo(CInt(CODESET)),
        String(cString: charset) == "UTF-8"
    {
        return
    }
    setlocale(LC_CTYPE, "C.UTF-8")
}

extension TerminalScreen {
    private static func colorDepth() -> ColorDepth {
        // https://no-color.org: set to anything but the empty string.
        if let wish = getenv("NO_COLOR"), wish.pointee != 0 { return .mono }
        guard has_colors() else { return .mono }
        start_color()
        use_default_colors()
        if klamm_has_rgb() { return .trueColor }
        let colors = klamm_colors()
        return colors >= 256 ? .twoHundredFiftySix : colors >= 8 ? .sixteen : .mono
    }

    /// What a handler for a crash writes: it cannot ask terminfo then.
    private static func resetSequences() -> String {
        let names = ["sgr0", "op", "rmkx", "cnorm", "rmcup"]
        return Mouse.off + Bracketed.off
            + names.compactMap { klamm_terminfo_string($0).map { String(cString: $0) } }.joined()
    }
}
