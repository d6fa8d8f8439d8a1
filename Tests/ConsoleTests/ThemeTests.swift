import Testing

@testable import Console

@Suite struct ThemeTests {
    @Test func `colours are read by name and by number`() {
        // As people write them in a theme.
        #expect(Color(parsing: "default") == .terminalDefault)
        #expect(Color(parsing: "Bright-Red") == .palette(9))
        #expect(Color(parsing: "#f80") == .rgb(red: 255, green: 136, blue: 0))
        #expect(Color(parsing: "#ff8800") == .rgb(red: 255, green: 136, blue: 0))
        for wrong in ["", "#", "#ff", "#gggggg", "#ff88001", "reddish", "#１２３"] {
            #expect(Color(parsing: wrong) == nil)
        }
    }

    @Test func `a colour becomes the nearest that the terminal has`() {
        // The same theme serves four kinds of terminal.
        let orange = Color.rgb(red: 255, green: 136, blue: 0)
        #expect(orange.reduced(to: .trueColor) == orange)
        #expect(orange.reduced(to: .twoHundredFiftySix) == .palette(208))
        #expect(Color.rgb(red: 250, green: 10, blue: 10).reduced(to: .sixteen) == .palette(9))
        #expect(Color.rgb(red: 128, green: 128, blue: 128).reduced(to: .twoHundredFiftySix) == .palette(244))
        #expect(Color.palette(208).reduced(to: .sixteen) == .palette(11), "orange is a yellow, red is not")
        #expect(Color(parsing: "#f0616d")?.reduced(to: .sixteen) == .palette(9), "a pale red still alarms")
        #expect(Color(parsing: "#7bd88f")?.reduced(to: .sixteen) == .palette(10))
        #expect(Color(parsing: "#24405c")?.reduced(to: .sixteen) == .palette(4))
        #expect(Color(parsing: "#6c7a8c")?.reduced(to: .sixteen) == .palette(8))
        for depth in ColorDepth.allCases { #expect(Color.terminalDefault.reduced(to: depth) == .terminalDefault) }
        #expect(orange.reduced(to: .mono) == .terminalDefault)
    }

    @Test func `without colours a selection is still seen`() {
        // NO_COLOR with any theme.
        var style = Style(.text)
        style.isSelected = true
        let resolved = Theme.dark.resolve(style, depth: .mono)
        #expect(resolved.attributes.contains(.reverse))
        #expect(resolved.foreground == .terminalDefault && resolved.background == .terminalDefault)
    }

    @Test func `states differ by glyph, not only by colour`() {
        // Mono must be readable, and so must it be for who does not tell red from green.
        let replicas: [Sign] = [.of(.leader), .of(.inSync), .of(.lagging), .of(.offline)]
        #expect(Set(replicas.map(\.glyph)).count == 4)
        let brokers: [Sign] = [
            .of(.down), .of(.running), .of(.fenced), .of(.shuttingDown), .of(.waitingForSession(milliseconds: 1)),
            .of(.starting(.recovering)),
        ]
        #expect(Set(brokers.map(\.glyph)).count == 6)
        for sign in replicas + brokers { #expect(Glyphs.width(of: sign.glyph) == 1) }
    }

    @Test func `a role that a theme leaves out looks like the one it stands for`() {
        // A theme of ten lines is a theme.
        let red = ThemeStyle(foreground: .palette(1))
        let theme = Theme(name: "small", styles: [.error: red], lag: Theme.mono.lag, load: Theme.mono.load)
        #expect(theme[.fault] == red)
        #expect(theme[.offline] == red)
        #expect(theme[.muted] == ThemeStyle())
    }

    @Test func `a gradient goes from its first stop through its second to its third`() {
        // Lag is read from it.
        let gradient = Theme.dark.lag
        #expect(gradient.color(at: 0) == gradient.low)
        #expect(gradient.color(at: 255) == gradient.high)
        #expect(gradient.color(at: 60) != gradient.color(at: 61))
        let named = Gradient(low: .palette(2), middle: .palette(3), high: .palette(1))
        #expect([0, 128, 255].map { named.color(at: $0) } == [.palette(2), .palette(3), .palette(1)])
    }
}
