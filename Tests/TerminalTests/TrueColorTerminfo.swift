import Glibc

/// A terminal type with direct colours, made for a test: Debian keeps its own in a package that few have.
final class TrueColorTerminfo {
    let folder: String

    init() throws {
        var template = Array("/tmp/klamm-terminfo-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ConsoleProgram.Failure(description: "no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let source = folder + "/source"
        guard let file = fopen(source, "w") else { throw ConsoleProgram.Failure(description: "no file \(source)") }
        fputs(Self.entry, file)
        fclose(file)
        guard system("tic -x -o \(folder) \(source)") == 0 else {
            throw ConsoleProgram.Failure(description: "tic failed")
        }
    }

    deinit { system("rm -r \(folder)") }

    private static func color(_ base: Int) -> String {
        "\\E[%?%p1%{8}%<%t\(base)%p1%d%e\(base)8;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m"
    }

    private static var entry: String {
        """
        xterm-true|xterm with direct colours,
        \tRGB, ccc@, colors#0x1000000, pairs#0x7FFF, initc@, op=\\E[39;49m,
        \tsetaf=\(color(3)), setab=\(color(4)), use=xterm-256color,

        """
    }
}
