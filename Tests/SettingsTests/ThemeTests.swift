import Console
import Settings
import Testing

@Suite struct ThemeTests {
    private static let catalogue = ThemeCatalogue(folder: nil)

    @Test(arguments: catalogue.names)
    func `a shipped theme can be read in every depth`(name: String) throws {
        // A look that vanishes into its background would hide a fault from somebody.
        let theme = try Self.catalogue.theme(name)
        #expect(theme.name == name)
        for depth in [ColorDepth.twoHundredFiftySix, .trueColor] {
            for role in Role.allCases where ![.border, .selected].contains(role) {
                for isSelected in [false, true] {
                    var style = Style(role)
                    style.isSelected = isSelected
                    let look = theme.resolve(style, depth: depth)
                    guard let front = luminance(look.foreground), let back = luminance(look.background) else {
                        continue
                    }
                    let contrast = (max(front, back) + 0.05) / (min(front, back) + 0.05)
                    let least = isSelected ? 3.7 : 4.2
                    #expect(contrast >= least, "\(name): \(role), selected \(isSelected), at \(depth): \(contrast)")
                }
            }
        }
    }

    @Test func `mono is the look that NO_COLOR takes`() throws {
        // Two descriptions of one theme: the file, and the one that needs no file.
        var mono = try Self.catalogue.theme("mono")
        for role in Role.allCases {
            let (file, code) = (
                mono.resolve(Style(role), depth: .trueColor), Theme.mono.resolve(Style(role), depth: .trueColor)
            )
            #expect(file == code, "\(role)")
        }
        mono.name = ""
        #expect(mono.background == .terminalDefault)
    }

    @Test func `an unknown theme names the known ones`() {
        // The sentence that the user sees.
        #expect(throws: UnknownTheme(name: "drak", known: Self.catalogue.names)) {
            try Self.catalogue.theme("drak")
        }
        #expect(
            UnknownTheme(name: "drak", known: ["dark", "light", "mono"]).description
                == "there is no theme 'drak'; known are dark, light and mono")
    }

    @Test func `a user's theme stands beside the shipped ones`() throws {
        // By file name, found at start.
        let folder = try Folder(["sea.toml": "[palette]\nwater = \"#08f\"\n[roles]\ntext = \"water\"\n"])
        let catalogue = ThemeCatalogue(folder: folder.path)
        #expect(catalogue.names == Self.catalogue.names + ["sea"])
        let look = try catalogue.theme("sea").resolve(.text, depth: .trueColor)
        #expect(look.foreground == .rgb(red: 0, green: 0x88, blue: 0xFF))
    }

    @Test(arguments: [
        ("[roles]\ntext = \"watr\"", 2, "'watr' is neither"), ("[palette]\na = \"#12\"", 2, "'a' must be"),
        ("\n[roles]\n\nleadr = \"red\"", 4, "'leadr' is unknown"),
        ("[roles]\ntitle = { fg = \"red\",\n", 2, "inline table"), ("[gradients]\nload=[\"red\"]", 2, "three colours"),
        ("background = 3", 1, "in quotes"), ("[roles.title]\nbold = 1", 1, "true or false"),
        ("colour = 1", 1, "unknown"),
    ])
    func `an error names file, line and reason`(text: String, line: Int, reason: String) throws {
        // Whoever writes a theme sees where to look.
        let folder = try Folder(["sea.toml": text])
        let error = #expect(throws: SettingsError.self) { try ThemeCatalogue(folder: folder.path).theme("sea") }
        #expect(error?.file == folder.path + "/sea.toml")
        #expect(error?.line == line)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }
}

/// Relative luminance as the web's accessibility guidelines define it; nil for what only the terminal knows.
private func luminance(_ color: Color) -> Double? {
    guard let (red, green, blue) = color.components else { return nil }
    func linear(_ value: UInt8) -> Double {
        let share = Double(value) / 255
        if share <= 0.04045 { return share / 12.92 }
        // x ^ 2.4 without a maths library: the square times the fifth root of the square, by Newton.
        let base = (share + 0.055) / 1.055
        let square = base * base
        var root = 1.0
        for _ in 0..<60 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
        return square * root
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}
