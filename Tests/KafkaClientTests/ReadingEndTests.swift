import KafkaClient
import Testing

@Suite struct ReadingEndTests {
    @Test func `a partition that ends too early is read on`() {
        // A leader that was just elected lets others read less than its predecessor did, for a moment.
        var end = ReadingEnd(offset: 10)
        var isEnd = end.partitionEnded(at: 8)
        #expect(!isEnd)
        #expect(end.doubt == 8)
        isEnd = end.located(at: 10)
        #expect(!isEnd, "the end that was found first is there still")
        end.wentOn()
        #expect(end.doubt == nil && end.offset == 10)
        isEnd = end.partitionEnded(at: 10)
        #expect(isEnd)
    }

    @Test func `a log that was cut off is read to where it ends now`() {
        // Nobody must wait for records that went with an unclean election.
        var end = ReadingEnd(offset: 10)
        var isEnd = end.partitionEnded(at: 8)
        #expect(!isEnd)
        isEnd = end.located(at: 8)
        #expect(isEnd)
        #expect(end.offset == 8)
    }

    @Test func `what was written meanwhile is not read`() {
        // A page ends where it ended when it was opened.
        var end = ReadingEnd(offset: 10)
        let isEnd = end.partitionEnded(at: 12)
        let isLater = end.located(at: 20)
        #expect(isEnd && !isLater && end.offset == 10)
    }
}
