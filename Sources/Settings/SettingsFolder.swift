import Glibc

/// Where the user's settings lie: `$XDG_CONFIG_HOME/klamm`, or `~/.config/klamm`.
package enum SettingsFolder {
    /// Of the user who runs this process.
    package static var ofUser: String? { path { name in getenv(name).map { String(cString: $0) } } }

    /// Nil where there is neither variable nor home.
    package static func path(in environment: (String) -> String?) -> String? {
        // The XDG rules say to ignore a relative path.
        if let config = environment("XDG_CONFIG_HOME"), config.hasPrefix("/") { return config + "/klamm" }
        return environment("HOME").flatMap { $0.isEmpty ? nil : $0 + "/.config/klamm" }
    }

    /// Nil where there is no such file.
    package static func text(of path: String) throws(SettingsError) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SettingsError(file: path, line: 1, reason: "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(file, &chunk, chunk.count)
            guard count >= 0 else {
                throw SettingsError(file: path, line: 1, reason: "cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError(file: path, line: 1, reason: "is not UTF-8 text")
        }
        return text
    }

    /// Files of schemas that lie beside the settings.
    package static func schemas(in folder: String) -> [String] {
        entries(of: folder).filter { $0.hasSuffix(".avsc") || $0.hasSuffix(".proto") }.sorted().map {
            "\(folder)/\($0)"
        }
    }

    /// Names in a folder; none where there is no such folder.
    static func entries(of path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
