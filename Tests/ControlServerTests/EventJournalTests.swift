import KafkaCluster
import KafkaProtocol
import Testing

@testable import ControlServer

/// Events are numbered, and kept for a while.
@Suite struct EventJournalTests {
    private func event(_ number: Int64) -> ClusterEvent {
        .fault(.kill(1), at: Instant(monotonicNanoseconds: number, wallClockMilliseconds: number))
    }

    @Test func `who comes back goes on where it stood`() {
        // A test that listens late must not miss what its own fault has caused.
        let journal = EventJournal()
        #expect(journal.last == 0 && journal.entries(after: 0, atMost: 9).entries.isEmpty)
        for number in 1...5 { journal.append(event(Int64(number))) }
        let (missed, entries) = journal.entries(after: 2, atMost: 2)
        #expect(missed == 0 && entries.map(\.id) == [3, 4])
        #expect(entries.map(\.event.at.wallClockMilliseconds) == [3, 4])
        #expect(journal.entries(after: 5, atMost: 9).entries.isEmpty)
        #expect(journal.entries(after: .max, atMost: 9).entries.isEmpty)
    }

    @Test func `who reads too slowly is told how many are gone`() {
        // Silence about a gap would read as if nothing had happened.
        let journal = EventJournal(capacity: 3)
        for number in 1...10 { journal.append(event(Int64(number))) }
        let (missed, entries) = journal.entries(after: 2, atMost: 9)
        #expect(missed == 5 && entries.map(\.id) == [8, 9, 10])
        #expect(EventStream.text(missed: missed, entries).hasPrefix("event: missed\ndata: {\"missed\":5}\n\nid: 8\n"))
    }

    @Test func `a stream ends with the cluster, and tells everything before`() async throws {
        // The last events are those that tell why.
        let journal = EventJournal()
        let (texts, continuation) = AsyncStream.makeStream(of: String.self)
        journal.append(event(1))
        let stream = Task {
            try await EventStream(journal: journal, after: 0) { continuation.yield($0) }.run()
            continuation.finish()
        }
        var told = ""
        for await text in texts {
            told += text
            if text.contains("id: 1\n") {
                journal.append(event(2))
                journal.finish()
            }
        }
        try await stream.value
        #expect(told.contains("id: 1\nevent: fault\ndata: {\"id\":1,") && told.contains("\n\nid: 2\n"))
    }
}
