/// The hash functions that SCRAM is made of (FIPS 180-4). For a few logins, not for data: nothing here is tuned.
package enum SHA2: String, Hashable, Sendable {
    case sha256 = "SHA-256"
    case sha512 = "SHA-512"

    var blockBytes: Int { self == .sha256 ? 64 : 128 }

    package func hash(_ message: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Self.digest(message, Words32.self)
        case .sha512: Self.digest(message, Words64.self)
        }
    }

    /// RFC 2104.
    package func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var key = key.count > blockBytes ? hash(key) : key
        key += Array(repeating: 0, count: blockBytes - key.count)
        return hash(key.map { $0 ^ 0x5c } + hash(key.map { $0 ^ 0x36 } + message))
    }

    /// PBKDF2 with one block of output: what SCRAM calls Hi.
    package func stretched(_ password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        var last = hmac(key: password, salt + [0, 0, 0, 1])
        var result = last
        for _ in 1..<max(1, iterations) {
            last = hmac(key: password, last)
            for index in result.indices { result[index] ^= last[index] }
        }
        return result
    }

    private static func digest<Form: HashWords>(_ message: [UInt8], _ form: Form.Type) -> [UInt8] {
        let wordBytes = Form.Word.bitWidth / 8
        let blockBytes = wordBytes * 16
        let lengthBytes = wordBytes * 2
        var bytes = message + [0x80]
        while bytes.count % blockBytes != blockBytes - lengthBytes { bytes.append(0) }
        bytes += Array(repeating: 0, count: lengthBytes - 8)
        for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: (message.count << 3) >> (56 - 8 * place))) }
        var state = Form.start
        var schedule = [Form.Word](repeating: 0, count: Form.rounds.count)
        for block in stride(from: 0, to: bytes.count, by: blockBytes) {
            for index in 0..<16 {
                var word: Form.Word = 0
                for place in 0..<wordBytes { word = word << 8 | Form.Word(bytes[block + index * wordBytes + place]) }
                schedule[index] = word
            }
            for index in 16..<schedule.count {
                let near = schedule[index - 16] &+ Form.small(schedule[index - 15], 0)
                schedule[index] = near &+ schedule[index - 7] &+ Form.small(schedule[index - 2], 1)
            }
            mix(&state, schedule, form)
        }
        var result: [UInt8] = []
        for word in state {
            for place in 0..<wordBytes {
                result.append(UInt8(truncatingIfNeeded: word >> Form.Word(8 * (wordBytes - 1 - place))))
            }
        }
        return result
    }

    private static func mix<Form: HashWords>(_ state: inout [Form.Word], _ schedule: [Form.Word], _ form: Form.Type) {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in schedule.indices {
            let choice = (e & f) ^ (~e & g)
            let first = h &+ Form.large(e, 1) &+ choice &+ Form.rounds[index] &+ schedule[index]
            let majority = (a & b) ^ (a & c) ^ (b & c)
            let second = Form.large(a, 0) &+ majority
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ second)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }
}

/// What differs between the two: the width of a word, and the constants.
private protocol HashWords {
    associatedtype Word: FixedWidthInteger & UnsignedInteger
    static var start: [Word] { get }
    static var rounds: [Word] { get }
    /// By how much the functions turn their word.
    static var large: [[Word]] { get }
    /// The same; the third is a shift.
    static var small: [[Word]] { get }
}

extension HashWords {
    private static func turned(_ word: Word, _ count: Word) -> Word {
        word >> count | word << (Word(Word.bitWidth) - count)
    }

    static func large(_ word: Word, _ which: Int) -> Word {
        let by = large[which]
        return turned(word, by[0]) ^ turned(word, by[1]) ^ turned(word, by[2])
    }

    static func small(_ word: Word, _ which: Int) -> Word {
        let by = small[which]
        return turned(word, by[0]) ^ turned(word, by[1]) ^ (word >> by[2])
    }
}

private enum Words32: HashWords {
    static let large: [[UInt32]] = [[2, 13, 22], [6, 11, 25]]
    static let small: [[UInt32]] = [[7, 18, 3], [17, 19, 10]]
    /// The upper halves of the wide ones.
    static let start = Words64.start.map { UInt32(truncatingIfNeeded: $0 >> 32) }
    static let rounds = Words64.rounds.prefix(64).map { UInt32(truncatingIfNeeded: $0 >> 32) }
}

private enum Words64: HashWords {
    static let large: [[UInt64]] = [[28, 34, 39], [14, 18, 41]]
    static let small: [[UInt64]] = [[1, 8, 7], [19, 61, 6]]
    /// Of the square roots of the first eight primes.
    static let start: [UInt64] = [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ]
    /// Of the cube roots of the first eighty primes.
    static let rounds: [UInt64] = [
        0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
        0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
        0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
        0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
        0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
        0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
        0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
        0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
        0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
        0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
        0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
        0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
        0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
        0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
        0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
        0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
        0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
        0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
        0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
        0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
    ]
}
