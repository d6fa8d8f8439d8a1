import DequeModule
import KafkaProtocol

/// Which answers with promises a connection was given, and how far into its bytes each of them goes: so that it can be
/// told, when the connection breaks, which of them the client has read.
struct AnswerReceipts {
    /// Who has taken an answer this shortly before a reset may not have looked at it yet, and never will: kafka-python
    /// throws away what it has taken when the reset comes before it has taken all. The kernel cannot tell that it has
    /// looked. Its read loop takes microseconds, and some turns of Python's interpreter lock, of 5 ms each, where other
    /// threads are busy.
    static let reading: Duration = .milliseconds(20)
    private static let most = 4096

    /// All bytes of answers so far.
    private(set) var bytesGiven: UInt64 = 0
    private var answers: UInt64 = 0
    private var recent = Deque<(number: UInt64, end: UInt64, at: Instant)>()

    var isEmpty: Bool { recent.isEmpty }

    mutating func gave(_ bytes: Int) { bytesGiven &+= UInt64(bytes) }

    /// The answer that was given last promises something. Gives its number.
    mutating func promised(at: Instant) -> UInt64 {
        answers += 1
        recent.append((answers, bytesGiven, at))
        if recent.count > Self.most { recent.removeFirst() }
        return answers
    }

    /// How many of the answers have been read for certain, when so many bytes have not arrived.
    func read(unreadBytes: UInt64, now: Instant) -> UInt64 {
        let arrived = bytesGiven - min(unreadBytes, bytesGiven)
        let isDoubtful = recent.first { $0.end > arrived || now - $0.at < Self.reading }
        return isDoubtful.map { $0.number - 1 } ?? answers
    }
}
