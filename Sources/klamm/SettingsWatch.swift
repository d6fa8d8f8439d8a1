import Console
import Glibc
import Settings

/// Sees that the user has changed their settings, a theme of theirs or a schema beside them, by looking at the files once a second.
struct SettingsWatch: Sendable {
    private static let pause = Duration.seconds(1)

    /// When a file was last written, and how long it is; -1 where there is none.
    private struct Mark: Hashable {
        var path: String
        var seconds = -1
        var nanoseconds = -1
        var size = -1

        init(_ path: String) {
            self.path = path
            var status = stat()
            guard stat(path, &status) == 0 else { return }
            (seconds, nanoseconds, size) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size))
        }
    }

    /// Nil where there is no place for settings.
    let folder: String?

    /// Calls whenever something has changed, until the task is cancelled.
    func run(_ changed: @Sendable () -> Void) async {
        guard let folder else { return }
        var last = marks(folder)
        while (try? await Task.sleep(for: Self.pause)) != nil {
            let now = marks(folder)
            if now != last { changed() }
            last = now
        }
    }

    private func marks(_ folder: String) -> [Mark] {
        let files = ThemeCatalogue(settings: folder).ownFiles + SettingsFolder.schemas(in: folder)
        return [Mark("\(folder)/\(ConsoleSettings.fileName)")] + files.map(Mark.init)
    }
}
