/// What one `.proto` file says of messages and enums; names are not looked up yet.
struct ProtobufFile {
    struct Field: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            /// A scalar, or a message or enum as it is named here.
            case type(String)
            case map(key: String, value: String)
            /// The message that is written in the field's place.
            case group(String)
        }

        var name: String
        var number: Int32
        var kind: Kind
        var isRepeated = false
        /// Which of the message's oneofs it is of.
        var oneof: Int?
        var line: Int
    }

    struct Message: Hashable, Sendable {
        /// With package and outer messages.
        var name: String
        var line: Int
        var fields: [Field] = []
        /// Names of those written in it, in their order: schema registries count them.
        var nested: [String] = []
    }

    struct Enumeration: Hashable, Sendable {
        var name: String
        var line: Int
        /// By number; of several names the first.
        var values: [Int32: String] = [:]
    }

    struct Import: Hashable, Sendable {
        var path: String
        var line: Int
    }

    var package = ""
    var imports: [Import] = []
    /// Also those that are written in others.
    var messages: [Message] = []
    var enumerations: [Enumeration] = []
    /// Names of messages that are written in no other.
    var outermost: [String] = []
}

/// Reads a `.proto` file of proto2, proto3 or an edition. What does not change how bytes are read is passed over: options,
/// reserved names and numbers, extensions, services.
struct ProtobufParser {
    private typealias Failure = ProtobufSchema.Failure

    private static let depthMax = 50

    private let tokens: [ProtobufTokens.Token]
    private var index = 0
    private var file = ProtobufFile()

    private init(_ tokens: [ProtobufTokens.Token]) { self.tokens = tokens }

    static func read(_ text: String) throws(ProtobufSchema.Failure) -> ProtobufFile {
        var parser = ProtobufParser(try ProtobufTokens.read(text))
        while parser.token.word != .end { try parser.statement() }
        return parser.file
    }

    // MARK: Words

    /// The last one is the end, and is never passed.
    private var token: ProtobufTokens.Token { tokens[min(index, tokens.count - 1)] }
    private var line: Int { token.line }

    private func isWord(_ name: String, ahead: Int = 0) -> Bool {
        tokens[min(index + ahead, tokens.count - 1)].word == .name(name)
    }

    private func isSymbol(_ symbol: Character) -> Bool { token.word == .symbol(symbol) }

    private mutating func take(_ symbol: Character) -> Bool {
        guard isSymbol(symbol) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ symbol: Character, _ place: String) throws(Failure) {
        guard take(symbol) else { throw wrong("'\(symbol)' \(place)") }
    }

    private func wrong(_ wanted: String) -> ProtobufSchema.Failure {
        let found =
            switch token.word {
            case .name(let name), .number(let name): "'\(name)'"
            case .text(let text): "\"\(text.prefix(40))\""
            case .symbol(let symbol): "'\(symbol)'"
            case .end: "the end of the file"
            }
        return Failure(line, "has \(found) where \(wanted) should be")
    }

    private mutating func name(_ what: String) throws(Failure) -> String {
        guard case .name(let name) = token.word else { throw wrong(what) }
        index += 1
        return name
    }

    private mutating func plainName(_ what: String) throws(Failure) -> String {
        guard case .name(let name) = token.word, !name.contains(".") else { throw wrong(what) }
        index += 1
        return name
    }

    private mutating func number(_ what: String) throws(Failure) -> Int32 {
        let isNegative = take("-")
        guard case .number(let text) = token.word, let value = Self.integer(text),
            let number = Int32(exactly: isNegative ? -value : value)
        else { throw wrong(what) }
        index += 1
        return number
    }

    /// Decimal, `0x` hexadecimal or `0` octal.
    private static func integer(_ text: String) -> Int64? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return Int64(text.dropFirst(2), radix: 16) }
        return text.count > 1 && text.hasPrefix("0") ? Int64(text, radix: 8) : Int64(text)
    }

    /// To the semicolon that ends it, or the brace that does.
    private mutating func skipStatement() throws(Failure) {
        let first = line
        var open = 0
        while token.word != .end {
            let word = token.word
            index += 1
            switch word {
            case .symbol("{"), .symbol("["): open += 1
            case .symbol("}"), .symbol("]"):
                open -= 1
                guard open >= 0 else { throw Failure(first, "has a statement that ends without its ';'") }
            case .symbol(";") where open == 0: return
            default: break
            }
        }
        throw Failure(first, "has a statement without an end")
    }

    /// To the brace that closes what comes next.
    private mutating func skipBlock() throws(Failure) {
        let first = line
        while token.word != .end, !isSymbol("{") { index += 1 }
        var open = 0
        while token.word != .end {
            if take("{") {
                open += 1
            } else if take("}") {
                open -= 1
                if open == 0 { return }
            } else {
                index += 1
            }
        }
        throw Failure(first, "has a '{' without its '}'")
    }

    /// `[default = "x", (my.option) = { a: 1 }]`, where there are any.
    private mutating func skipOptions() throws(Failure) {
        guard isSymbol("[") else { return }
        let first = line
        var open = 0
        while token.word != .end {
            if isSymbol("[") || isSymbol("{") { open += 1 }
            if isSymbol("]") || isSymbol("}") { open -= 1 }
            index += 1
            if open == 0 { return }
        }
        throw Failure(first, "has a '[' without its ']'")
    }

    // MARK: Statements

    private mutating func statement() throws(Failure) {
        switch token.word {
        case .symbol(";"): index += 1
        case .name("syntax"), .name("edition"), .name("option"): try skipStatement()
        case .name("package"):
            index += 1
            file.package = try name("the package's name")
            try expect(";", "after the package")
        case .name("import"): try readImport()
        case .name("message"): file.outermost.append(try message(in: file.package, depth: 0))
        case .name("enum"): try enumeration(in: file.package)
        case .name("extend"), .name("service"): try skipBlock()
        default: throw wrong("syntax, package, import, option, message, enum, extend or service")
        }
    }

    private mutating func readImport() throws(Failure) {
        index += 1
        if isWord("public") || isWord("weak") || isWord("option") { index += 1 }
        guard case .text(let path) = token.word else { throw wrong("the name of a file in quotes") }
        file.imports.append(ProtobufFile.Import(path: path, line: line))
        index += 1
        try expect(";", "after the import")
    }

    private static func full(_ name: String, in scope: String) -> String { scope.isEmpty ? name : "\(scope).\(name)" }

    private mutating func message(in scope: String, depth: Int) throws(Failure) -> String {
        index += 1
        let line = line
        let name = Self.full(try plainName("a message's name"), in: scope)
        try body(ProtobufFile.Message(name: name, line: line), depth: depth)
        return name
    }

    /// A message's, or a group's.
    private mutating func body(_ message: ProtobufFile.Message, depth: Int) throws(Failure) {
        guard depth < Self.depthMax else { throw Failure(line, "has messages that lie too deep in each other") }
        try expect("{", "after the name of \(message.name)")
        var message = message
        var oneofs = 0
        while !take("}") {
            switch token.word {
            case .symbol(";"): index += 1
            case .name("message"): message.nested.append(try self.message(in: message.name, depth: depth + 1))
            case .name("enum"): try enumeration(in: message.name)
            case .name("extend"): try skipBlock()
            case .name("option"), .name("reserved"), .name("extensions"): try skipStatement()
            case .name("oneof"):
                index += 1
                _ = try plainName("a oneof's name")
                try expect("{", "after the oneof's name")
                while !take("}") {
                    if isWord("option") {
                        try skipStatement()
                    } else if !take(";") {
                        try field(of: &message, oneof: oneofs, depth: depth)
                    }
                }
                oneofs += 1
            default: try field(of: &message, oneof: nil, depth: depth)
            }
        }
        if let twice = Self.twice(message.fields) {
            throw Failure(twice.line, "gives the number \(twice.number) to two fields of \(message.name)")
        }
        file.messages.append(message)
    }

    private static func twice(_ fields: [ProtobufFile.Field]) -> ProtobufFile.Field? {
        var numbers: Set<Int32> = []
        return fields.first { !numbers.insert($0.number).inserted }
    }

    private mutating func field(of message: inout ProtobufFile.Message, oneof: Int?, depth: Int) throws(Failure) {
        var isRepeated = false
        if oneof == nil, isWord("optional") || isWord("required") || isWord("repeated") {
            isRepeated = isWord("repeated")
            index += 1
        }
        let line = line
        if isWord("group") {
            index += 1
            let name = try plainName("a group's name")
            let number = try fieldNumber()
            try skipOptions()
            let full = Self.full(name, in: message.name)
            message.fields.append(
                ProtobufFile.Field(
                    name: name.lowercased(), number: number, kind: .group(full), isRepeated: isRepeated, oneof: oneof,
                    line: line))
            message.nested.append(full)
            return try body(ProtobufFile.Message(name: full, line: line), depth: depth + 1)
        }
        var kind = ProtobufFile.Field.Kind.type(try name("a field's type"))
        if kind == .type("map"), take("<") {
            let key = try name("the type of a map's keys")
            try expect(",", "between a map's types")
            kind = .map(key: key, value: try name("the type of a map's values"))
            try expect(">", "after a map's types")
        }
        let name = try plainName("a field's name")
        let number = try fieldNumber()
        try skipOptions()
        try expect(";", "after the field \(name)")
        message.fields.append(
            ProtobufFile.Field(
                name: name, number: number, kind: kind, isRepeated: isRepeated, oneof: oneof, line: line))
    }

    private mutating func fieldNumber() throws(Failure) -> Int32 {
        try expect("=", "before a field's number")
        let line = line
        let number = try number("a field's number")
        guard (1...ProtobufSchema.numberMax).contains(number) else {
            throw Failure(line, "has \(number) where a number from 1 to \(ProtobufSchema.numberMax) should be")
        }
        return number
    }

    private mutating func enumeration(in scope: String) throws(Failure) {
        index += 1
        let line = line
        var found = ProtobufFile.Enumeration(
            name: Self.full(try plainName("an enum's name"), in: scope), line: line)
        try expect("{", "after the name of \(found.name)")
        while !take("}") {
            if take(";") { continue }
            if (isWord("option") || isWord("reserved")), tokens[min(index + 1, tokens.count - 1)].word != .symbol("=") {
                try skipStatement()
                continue
            }
            let name = try plainName("a value's name")
            try expect("=", "after the value \(name)")
            let number = try number("a value's number")
            try skipOptions()
            try expect(";", "after the value \(name)")
            if found.values[number] == nil { found.values[number] = name }
        }
        file.enumerations.append(found)
    }
}
