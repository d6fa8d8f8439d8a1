import KafkaProtocol
import Simulator
import Testing

/// What controllers promise each other.
@Suite struct QuorumOracleTests {
    @Test func `a vote goes to one candidate of an epoch`() throws {
        // Two leaders in one epoch would follow.
        var script = try OracleScript()
        try script.votes(102, for: 101, epoch: 5)
        try script.votes(102, for: 101, epoch: 5)
        try script.votes(102, for: 103, epoch: 6)
        #expect(violation { try script.votes(102, for: 103, epoch: 5) } == "a vote was forgotten")
    }

    @Test func `a controller that still has what a former leader wrote is waited for`() throws {
        // It came back a moment ago, and cuts its log when it hears of its leader.
        var script = try OracleScript()
        #expect(script.oracle.unrest == nil)
        let path = "__cluster_metadata-0/00000000000000000000.log"
        try script.see(.disk(101, .truncated(path: path, size: 0)))
        var size: Int64 = 0
        for offset in 0..<2 {
            let batch = try OracleScript.batch(at: Int64(offset))
            try script.see(.disk(101, .wrote(path: path, offset: size, batch.bytes)))
            size += Int64(batch.header.sizeInBytes)
        }
        #expect(script.oracle.unrest != nil)
        #expect(violation { try script.settle() } == "controllers differ at the end")
        try script.see(.disk(101, .truncated(path: path, size: 0)))
        #expect(script.oracle.unrest == nil)
    }
}
