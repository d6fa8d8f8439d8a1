import ArgumentParser
import Console
import Settings

/// The theme that was asked for by name.
struct ThemeOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The theme: \(ThemeCatalogue(folder: nil).names.joined(separator: ", ")), or one of "
                + "$XDG_CONFIG_HOME/klamm/themes."))
    var theme: String?

    /// One that was asked for must be there.
    func look() throws -> Theme? { try theme.map { try ThemeCatalogue.ofUser.theme($0) } }
}
