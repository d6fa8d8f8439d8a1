/// Kafka's rules for names of topics.
package enum TopicName {
    package static let longest = 249

    /// Why the name is not one for a topic; nil when it is.
    package static func problem(with name: String) -> String? {
        if name.isEmpty { return "the empty string is not allowed" }
        if name == "." || name == ".." { return "'\(name)' is not allowed" }
        if name.utf8.count > longest {
            return "the length of '\(name)' is longer than the max allowed length \(longest)"
        }
        if !name.utf8.allSatisfy(isAllowed) {
            return "'\(name)' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        }
        return nil
    }

    /// Names whose forms are equal collide: metrics put an underscore for a dot.
    package static func collisionForm(of name: String) -> String {
        String(name.map { $0 == "." ? "_" : $0 })
    }

    package static func canCollide(_ name: String) -> Bool { name.utf8.contains { $0 == 0x2E || $0 == 0x5F } }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2D: true
        default: false
        }
    }
}
