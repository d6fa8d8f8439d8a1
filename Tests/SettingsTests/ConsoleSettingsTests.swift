import Console
import Settings
import Testing

@Suite struct ConsoleSettingsTests {
    @Test func `without a file the defaults hold`() throws {
        // Nobody needs a settings file.
        let settings = ConsoleSettings(folder: "/nonexistent")
        #expect(settings == ConsoleSettings())
        #expect(settings.keymap.action(for: KeyChord("K"), in: .topics) == .kill)
    }

    @Test func `keys are bound by view, or in all, and an empty list disables`() throws {
        // The form that console.md promises.
        let settings = ConsoleSettings(
            file: "klamm.toml",
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
        let settings = ConsoleSettings(
            file: "klamm.toml", text: "[keys.topics]\nkill = [\"R\"]\nrestart = [\"K\"]\n")
        #expect(settings.keymap.action(for: KeyChord("R"), in: .topics) == .kill)
        #expect(settings.keymap.action(for: KeyChord("K"), in: .topics) == .restart)
        #expect(settings.keymap.conflicts.isEmpty)
    }

    @Test(arguments: [
        ("thme = \"dark\"", 1, "'thme' is unknown here; known are theme, mouse, keys, cluster and records"),
        ("theme = 7", 1, "'theme' must be a name"), ("\nmouse = \"no\"", 2, "'mouse' must be true or false"),
        ("keys = 1", 1, "must be a table"), ("keys.all = 1", 1, "must be a table of actions"),
        ("\n[keys.topics]\nkil = [\"K\"]", 3, "there is no action 'kil'"),
        ("[keys.topcs]\nkill = [\"K\"]", 1, "'topcs' is unknown"),
        ("keys.topics.kill = [\"hyper-K\"]", 1, "'hyper-K' is not a key"),
        ("# keys\nkeys.topics.kill = \"K\"", 2, "must be a list"),
        ("[keys.topics]\n\nkill = [\"R\"]", 3, "already means 'restart' in 'topics'; 'kill' keeps its own keys"),
        ("[keys.events]\nkill = [\"X\"]", 2, "'kill' does nothing in 'events'"),
        ("theme = dark", 1, "value"),
    ])
    func `a bad line is named, and the default is used in its place`(text: String, line: Int, reason: String) {
        // A settings file is written by hand, and nobody is to be locked out by it.
        let settings = ConsoleSettings(file: "klamm.toml", text: text)
        #expect(settings.problems.count == 1)
        #expect(settings.problems.first?.line == line)
        #expect(settings.problems.first?.reason.contains(reason) == true, "\(settings.problems)")
        #expect(settings.problems.first?.description.hasPrefix("klamm.toml:\(line): ") == true)
        #expect(settings.keymap.keys(for: .kill, in: .topics) == [KeyChord("K")])
        #expect(settings.keymap.conflicts.isEmpty)
    }

    @Test func `one bad line does not cost the good ones, and all bad ones are told in order`() {
        // Whoever mends one line wants to see the next.
        let settings = ConsoleSettings(
            file: "klamm.toml",
            text: """
                theme = "nord"
                colour = "blue"
                [keys.topics]
                kill = ["X"]
                restart = ["X"]
                heal = "H"
                """)
        #expect(settings.theme == "nord")
        #expect(settings.problems.map(\.line) == [2, 5, 6])
        #expect(settings.keymap.action(for: KeyChord("X"), in: .topics) == .kill)
        #expect(settings.keymap.action(for: KeyChord("R"), in: .topics) == .restart)
        #expect(settings.keymap.action(for: KeyChord("H"), in: .topics) == .heal)
    }

    @Test func `an action whose own key was given away has none when its line is bad`() {
        // Two meanings of one key would be worse, and the words say what happened.
        let settings = ConsoleSettings(
            file: "klamm.toml", text: "[keys.topics]\nhelp = [\"K\"]\nkill = [\"/\"]\n")
        #expect(settings.problems.map(\.line) == [3])
        #expect(settings.problems.first?.reason.hasSuffix("'kill' has no key now") == true, "\(settings.problems)")
        #expect(settings.keymap.action(for: KeyChord("K"), in: .topics) == .help)
        #expect(settings.keymap.conflicts.isEmpty)
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
