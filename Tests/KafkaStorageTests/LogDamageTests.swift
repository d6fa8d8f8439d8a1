import KafkaProtocol
import KafkaStorage
import NIOCore
import Testing

/// Bytes that flip on a disk or on their way are found before they spread.
@Suite struct LogDamageTests {
    @Test func `a follower appends nothing whose checksum is wrong`() throws {
        // The leader does not look at what it sends: the follower is the first who can see it.
        let leader = try UnifiedLog.load(orders, on: MemoryDisk(), now: .at(0))
        for _ in 0..<3 { try leader.append(try Batches.make(2)) }
        let bytes = try leader.readBytes(from: 0, maxBytes: 1 << 20)
        for flipped in bytes.readableBytes / 3..<bytes.readableBytes {
            let disk = MemoryDisk()
            let follower = try UnifiedLog.load(orders, on: disk, now: .at(0))
            var damaged = bytes
            damaged.setInteger(~(bytes.getInteger(at: flipped, as: UInt8.self) ?? 0), at: flipped)
            // Base offset, length and epoch lie outside the checksum; then order and lengths are wrong.
            let isCovered = flipped % (bytes.readableBytes / 3) >= 16
            if isCovered {
                #expect(throws: LogAppendError.self) { try follower.appendAsFollower(damaged, now: .at(0)) }
                #expect(follower.logEndOffset == 0 && follower.failure == nil)
            } else {
                _ = try? follower.appendAsFollower(damaged, now: .at(0))
            }
        }
    }

    @Test func `a damaged header anywhere is found and traps nowhere`() throws {
        // A disk may give back anything for what was written.
        for position in 0..<130 {
            let disk = MemoryDisk()
            var log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
            for _ in 0..<12 { try log.append(try Batches.make(2)) }
            try log.close()
            disk.kill()
            let last = try #require(try disk.list("orders-0").last { $0.name.hasSuffix(".log") && $0.size > 130 })
            let file = try disk.open("orders-0/" + last.name, creating: false)
            let values: [UInt8] = [0x00, 0x7f, 0xff, 0x80]
            try disk.write(ByteBuffer(bytes: [values[position % 4]]), to: file, at: Int64(position))
            disk.kill()
            if let found = try? UnifiedLog.load(
                orders, on: disk, config: .tiny(), wasCleanlyStopped: true, now: .at(0))
            {
                _ = try? found.storedBatches()
                _ = try? found.offset(forTimestamp: 1_001)
                _ = try? found.truncate(to: max(found.logStartOffset, found.logEndOffset - 3))
                _ = try? found.append(try Batches.make(1))
            }
            disk.kill()
            log = try UnifiedLog.load(orders, on: disk, config: .tiny(), now: .at(0))
            #expect(log.logEndOffset >= 0)
        }
    }
}
