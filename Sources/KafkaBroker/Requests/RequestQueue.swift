import DequeModule
import KafkaProtocol
import NIOCore

/// The order of one connection's requests and answers.
///
/// Answers leave in the order of their requests. A Produce may start while earlier Produces still wait for their
/// followers, so that a producer with several requests in flight is not slowed to one per round trip; anything else
/// starts only when all before it are answered, and holds back what comes after it.
///
/// ```
/// outstanding        next in line    may start
/// none               any             yes
/// only Produce       Produce         yes
/// only Produce       other           no, until all are answered
/// something else     any             no, until it is answered
/// ```
package struct RequestQueue: Sendable {
    private struct Slot: Sendable {
        /// Nil while the request is being worked on. Without parts when it gets no answer (Produce with acks=0).
        var answer: Answer?
    }

    private var outstanding: Deque<Slot> = []
    /// The sequence of `outstanding.first`.
    private var firstSequence: UInt64 = 0
    /// True when what is outstanding is one request that is not a Produce.
    private var isExclusive = false
    private var held: Deque<ByteBuffer> = []

    package init() {}

    package var isIdle: Bool { outstanding.isEmpty && held.isEmpty }

    package mutating func arrived(_ frame: ByteBuffer) { held.append(frame) }

    /// The next request that may start now, and the sequence under which it is answered.
    package mutating func startNext() -> (sequence: UInt64, frame: ByteBuffer)? {
        guard let frame = held.first else { return nil }
        let isProduce = frame.getInteger(at: frame.readerIndex, as: Int16.self) == APIKey.produce.rawValue
        guard outstanding.isEmpty || (isProduce && !isExclusive) else { return nil }
        isExclusive = !isProduce
        held.removeFirst()
        outstanding.append(Slot())
        return (firstSequence + UInt64(outstanding.count) - 1, frame)
    }

    /// The request has its answer, which leaves once those before it have.
    package mutating func answer(_ sequence: UInt64, _ answer: Answer) {
        precondition(
            sequence >= firstSequence && sequence - firstSequence < UInt64(outstanding.count),
            "an answer belongs to a request that has started and has not been answered")
        let index = Int(sequence - firstSequence)
        precondition(outstanding[index].answer == nil, "a request is answered once")
        outstanding[index].answer = answer
    }

    /// The next answer that may leave; one without parts stands for a request that gets none.
    package mutating func takeAnswer() -> Answer? {
        guard let answer = outstanding.first?.answer else { return nil }
        outstanding.removeFirst()
        firstSequence += 1
        return answer
    }
}
