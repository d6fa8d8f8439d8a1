import Glibc

/// Certificates or keys that a property leads to: a file that it names, or its own text.
struct KeyMaterial: Sendable {
    enum Form: Sendable {
        case pem
        case pkcs12
        case javaKeystore
        case other
    }

    /// How an error names it. A text is not shown: it may be a key.
    let place: String
    let bytes: [UInt8]

    init(file path: String, property: String) throws(WireSecurity.Failure) {
        place = "\(property)=\(path)"
        bytes = try Self.content(of: path, place: place)
    }

    init(text: String, property: String) {
        place = property
        bytes = Array(text.utf8)
    }

    /// What `location` names, or else what `text` holds; nil where neither is set.
    init?(
        _ configuration: ClientConfiguration, location: String, text: String
    ) throws(WireSecurity.Failure) {
        if let path = configuration[location] {
            try self.init(file: path, property: location)
        } else if let content = configuration[text] {
            self.init(text: content, property: text)
        } else {
            return nil
        }
    }

    /// By what it begins with; people's file names and types say little.
    var form: Form {
        if bytes.starts(with: [0xFE, 0xED, 0xFE, 0xED]) || bytes.starts(with: [0xCE, 0xCE, 0xCE, 0xCE]) {
            return .javaKeystore
        }
        if bytes.firstRange(of: Array("-----BEGIN ".utf8)) != nil { return .pem }
        // A sequence whose first member is the version 3; a certificate's is another sequence.
        let header = bytes.dropFirst().first.map { $0 < 0x80 ? 2 : 2 + Int($0 & 0x7F) } ?? 0
        let isPKCS12 = bytes.first == 0x30 && bytes.dropFirst(header).starts(with: [2, 1, 3])
        return isPKCS12 ? .pkcs12 : .other
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func content(of path: String, place: String) throws(WireSecurity.Failure) -> [UInt8] {
        guard let file = fopen(path, "rbe") else { throw unreadable(place) }
        defer { fclose(file) }
        var content: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65536)
        while content.count <= bytesMax {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else {
                guard ferror(file) == 0 else { throw unreadable(place) }
                return content
            }
            content += part.prefix(count)
        }
        throw WireSecurity.Failure(description: "\(place) has more than \(bytesMax >> 20) MiB: it is something else")
    }

    /// All certificates of a system take a quarter of a MiB.
    private static let bytesMax = 16 << 20

    private static func unreadable(_ place: String) -> WireSecurity.Failure {
        WireSecurity.Failure(
            description: "\(place) cannot be read: \(String(cString: strerror(errno)).lowercasedFirst)")
    }
}

extension WireSecurity.Failure {
    /// A store that only Java reads, and what makes of it something that all read.
    static func javaStore(_ material: KeyMaterial, isTrust: Bool) -> Self {
        let path = material.place.split(separator: "=", maxSplits: 1).last.map(String.init) ?? material.place
        let way =
            isTrust
            ? "`keytool -list -rfc -keystore \(path) > ca.pem` writes its certificates as PEM; then give "
                + "ssl.ca.location=ca.pem"
            : "`keytool -importkeystore -srckeystore \(path) -destkeystore client.p12 -deststoretype PKCS12` "
                + "converts it; then give ssl.keystore.location=client.p12"
        return Self(description: "\(material.place) is a Java keystore (JKS), which klamm cannot read: \(way)")
    }
}
