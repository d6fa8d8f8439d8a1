import NIOCore
import Testing

@testable import KafkaServer

@Suite struct FrameDecoderTests {
    private func frame(_ text: String) -> [UInt8] {
        Array(ByteBuffer(integer: Int32(text.utf8.count)).readableBytesView) + Array(text.utf8)
    }

    @Test func `frames come out whole wherever the stream was cut`() throws {
        // TCP cuts where it likes: every pair of cuts must give the same frames.
        let texts = ["metadata", "", "produce with some more bytes", "x"]
        let stream = texts.flatMap(frame)
        for first in 0...stream.count {
            for second in first...stream.count {
                var decoder = FrameDecoder(maximumFrameBytes: 100)
                var found: [String] = []
                for piece in [stream[..<first], stream[first..<second], stream[second...]] {
                    decoder.append(ByteBuffer(bytes: piece))
                    while let frame = try decoder.next() { found.append(String(buffer: frame)) }
                }
                #expect(found == texts, "cut at \(first) and \(second)")
            }
        }
    }

    @Test func `a frame that a broker holds is not changed by later reads`() throws {
        // Frames share storage with the read that they came in.
        var decoder = FrameDecoder(maximumFrameBytes: 100)
        decoder.append(ByteBuffer(bytes: frame("first") + frame("second").prefix(6)))
        let first = try #require(try decoder.next())
        #expect(try decoder.next() == nil)
        decoder.append(ByteBuffer(bytes: frame("second").dropFirst(6) + frame("third")))
        let second = try #require(try decoder.next())
        let third = try #require(try decoder.next())
        #expect([first, second, third].map { String(buffer: $0) } == ["first", "second", "third"])
    }

    @Test func `the largest frame passes and one byte more does not`() throws {
        // socket.request.max.bytes is inclusive.
        var decoder = FrameDecoder(maximumFrameBytes: 5)
        decoder.append(ByteBuffer(bytes: frame("12345") + frame("123456")))
        #expect(try decoder.next().map { String(buffer: $0) } == "12345")
        #expect(throws: FrameViolation(size: 6, limit: 5)) { try decoder.next() }
    }

    @Test func `nothing is read after a size that makes no sense`() {
        // What follows cannot be told from the middle of a frame.
        var decoder = FrameDecoder(maximumFrameBytes: 100)
        decoder.append(ByteBuffer(bytes: [0xff, 0xff, 0xff, 0xff] + frame("fine")))
        #expect(throws: FrameViolation(size: -1, limit: 100)) { try decoder.next() }
        decoder.append(ByteBuffer(bytes: frame("fine")))
        #expect(throws: FrameViolation(size: -1, limit: 100)) { try decoder.next() }
    }

    @Test(arguments: [("GET / HTTP/1.1", "HTTP"), ("SSH-2.0", "SSH"), ("\u{16}\u{03}\u{01}\u{02}", "TLS")])
    func `a client of another protocol is told so`(bytes: String, name: String) throws {
        // People point browsers and TLS clients at brokers; the log line should say what happened.
        var decoder = FrameDecoder(maximumFrameBytes: 104_857_600)
        decoder.append(ByteBuffer(string: bytes))
        let violation = try #require(throws: FrameViolation.self) { try decoder.next() }
        #expect(violation.description.hasSuffix("this looks like \(name)"))
    }

    @Test func `a claimed size reserves little before its bytes come`() throws {
        // A hundred clients that each claim 100 MB must not take 10 GB.
        var decoder = FrameDecoder(maximumFrameBytes: 104_857_600)
        decoder.append(ByteBuffer(bytes: [0x06, 0x40, 0, 0, 1, 2, 3]))
        #expect(try decoder.next() == nil)
        #expect(decoder.reservedBytes <= 2 << 20)
    }
}
