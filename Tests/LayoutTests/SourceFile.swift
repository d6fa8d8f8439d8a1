import Foundation

/// One Swift file of this repository, read as text.
struct SourceFile {
    /// From the repository's root on.
    var path: String
    var text: String

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file below a folder, sorted by path.
    static func all(under folder: String) throws -> [SourceFile] {
        let start = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil) else { return [] }
        return try walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { file in
                let path = String(file.path(percentEncoded: false).dropFirst(root.path(percentEncoded: false).count))
                return SourceFile(path: path, text: try String(contentsOf: file, encoding: .utf8))
            }
            .sorted { $0.path < $1.path }
    }

    static func folders(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path(percentEncoded: false))
            .filter { !$0.hasPrefix(".") }.sorted()
    }

    /// The file without comments and without what stands inside string literals, line by line, so that prose about a
    /// clock is not taken for one. What is interpolated into a string goes with it.
    var code: [String] {
        var result: [String] = []
        var line: [UInt8] = []
        var state = State.code
        let bytes = Array(text.utf8)
        var index = 0
        func follows(_ word: StaticString) -> Bool {
            let count = word.utf8CodeUnitCount
            return index + count <= bytes.count && (0..<count).allSatisfy { bytes[index + $0] == word.utf8Start[$0] }
        }
        while index < bytes.count {
            if follows("\n") {
                result.append(String(decoding: line, as: UTF8.self))
                line.removeAll(keepingCapacity: true)
                if state != .longString { state = .code }
                index += 1
                continue
            }
            switch state {
            case .code where follows("//"): state = .comment
            case .code where follows("\"\"\""):
                state = .longString
                index += 2
            case .code where follows("\""): state = .string
            case .code: line.append(bytes[index])
            case .comment: break
            case .string where follows("\\"), .longString where follows("\\"): index += 1
            case .string where follows("\""): state = .code
            case .longString where follows("\"\"\""):
                state = .code
                index += 2
            case .string, .longString: break
            }
            index += 1
        }
        return result + [String(decoding: line, as: UTF8.self)]
    }

    private enum State { case code, comment, string, longString }

    /// The modules that the file imports, in whatever form.
    var imports: [String] {
        code.filter { $0.holds("import") }.compactMap { line in
            let form = /^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+/
            guard let match = line.prefixMatch(of: form) else { return nil }
            let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let words = line[match.range.upperBound...].split(separator: " ").map(String.init)
            guard let first = words.first else { return nil }
            let named = kinds.contains(first) ? words.dropFirst().first ?? first : first
            return named.split(separator: ".").first.map(String.init)
        }
    }
}

extension String {
    /// Whether the bytes of `word` stand somewhere in it.
    func holds(_ word: String) -> Bool { withCString { text in word.withCString { strstr(text, $0) != nil } } }
}
