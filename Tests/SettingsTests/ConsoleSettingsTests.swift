import Console
import Settings
import Testing

@Suite struct ConsoleSettingsTests {
    @Test func `without a file the defaults hold`() throws {
        // Nobody needs a settings file.
        let settings = try ConsoleSettings(folder: "/nonexistent")
        #expect(settings == ConsoleSettings())
        #expect(settings.keymap.action(for: KeyChord("K"), in: .topics) == .kill)
    }

    @Test func `keys are bound by view, or in all, and an empty list disables`() throws {
        // The form that console.md promises.
        let settings = try ConsoleSettings(
            file: "config.toml",
            text: """
                theme = "light"
                keys.topics.kill = ["X", "ctrl-x"]
                [keys.all]
                help = []
                """)
        #expect(settings.theme == "light")
        #expect(settings.keymap.keys(for: .kill, in: .topics) == [KeyChord("X"), .control("x")])
        #expect(settings.keymap.keys(for: .kill, in: .brokers) == [KeyChord("K")])
        #expect(settings.keymap.action(for: KeyChord("?"), in: .events) == nil)
    }

    @Test func `two actions can swap their keys`() throws {
        // Each key is taken while the first is bound.
        let settings = try ConsoleSettings(
            file: "config.toml", text: "[keys.topics]\nkill = [\"R\"]\nrestart = [\"K\"]\n")
        #expect(settings.keymap.action(for: KeyChord("R"), in: .topics) == .kill)
        #expect(settings.keymap.action(for: KeyChord("K"), in: .topics) == .restart)
        #expect(settings.keymap.conflicts.isEmpty)
    }

    @Test(arguments: [
        ("thme = \"dark\"", 1, "'thme' is unknown here; known are theme and keys"),
        ("\n[keys.topics]\nkil = [\"K\"]", 3, "there is no action 'kil'"),
        ("[keys.topcs]\nkill = [\"K\"]", 1, "'topcs' is unknown"),
        ("keys.topics.kill = [\"hyper-K\"]", 1, "'hyper-K' is not a key"),
        ("# keys\nkeys.topics.kill = \"K\"", 2, "must be a list"),
        ("[keys.topics]\n\nkill = [\"R\"]", 3, "already means 'restart'"),
        ("[keys.events]\nkill = [\"X\"]", 2, "'kill' does nothing in 'events'"),
        ("theme = dark", 1, "value"),
    ])
    func `an error names its line and what is wrong`(text: String, line: Int, reason: String) {
        // A settings file is written by hand.
        let error = #expect(throws: SettingsError.self) { try ConsoleSettings(file: "config.toml", text: text) }
        #expect(error?.line == line)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
        #expect(error?.description.hasPrefix("config.toml:\(line): ") == true)
    }

    @Test(arguments: [
        (["XDG_CONFIG_HOME": "/c", "HOME": "/h"], "/c/klamm"), (["HOME": "/h"], "/h/.config/klamm"),
        (["XDG_CONFIG_HOME": "relative", "HOME": "/h"], "/h/.config/klamm"), ([:], nil),
    ])
    func `settings lie where XDG says`(environment: [String: String], path: String?) {
        // A relative XDG_CONFIG_HOME is to be ignored.
        #expect(SettingsFolder.path { environment[$0] } == path)
    }
}
