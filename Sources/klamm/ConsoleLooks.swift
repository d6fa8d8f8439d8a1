import Console
import Settings

/// The user's settings and themes as they were last read, and the theme in use.
///
/// A theme chosen at the command line or in the palette wins over the settings' until that line is changed. What cannot be
/// used is told, and the default or what was in use before takes its place.
struct ConsoleLooks {
    private let folder: String?
    private(set) var settings: ConsoleSettings
    private(set) var themes: ThemeCatalogue
    private(set) var theme = Theme.dark
    /// Sentences for the user.
    private(set) var problems: [String] = []

    init(folder: String?, chosen: Theme?) {
        self.folder = folder
        settings = ConsoleSettings(folder: folder)
        themes = ThemeCatalogue(settings: folder)
        problems = settings.problems.map(\.description)
        use(chosen?.name ?? settings.theme ?? Theme.dark.name)
        if let chosen { theme = chosen }
    }

    mutating func readAnew() {
        let before = settings.theme
        settings = ConsoleSettings(folder: folder)
        themes = ThemeCatalogue(settings: folder)
        problems = settings.problems.map(\.description)
        // The file of the theme in use may have changed, too.
        use(settings.theme == before ? theme.name : settings.theme ?? Theme.dark.name)
    }

    /// Throws what is wrong with it.
    mutating func choose(_ name: String) throws { theme = try themes.theme(name) }

    private mutating func use(_ name: String) {
        do {
            // The shipped one of this name, and not the one in code: they are not the same.
            theme = try themes.theme(name)
        } catch {
            problems.append("\(error)")
            if let shipped = try? ThemeCatalogue(folder: nil).theme(Theme.dark.name), theme == .dark { theme = shipped }
        }
    }
}
