import KafkaProtocol
import KafkaStorage

/// A produce whose records are in the leader's log. Under acks=all it waits for the followers.
///
/// Its answer is made beforehand with REQUEST_TIMED_OUT for each partition that waits; a partition whose high watermark
/// passes the records gets its real result. So the end of the wait, early or late, is to send what is there.
struct DelayedProduce {
    var context: RequestContext
    var response: ProduceResponse
    /// 1, or -1 for all.
    var acks: Int16
    var appended: [AppendedBatch]
    /// Partitions that still wait.
    var remaining: Int

    func result(of batch: AppendedBatch) -> ErrorCode {
        response.responses[batch.topicIndex].partitionResponses[batch.partitionIndex].errorCode
    }

    mutating func end(_ batch: AppendedBatch, with error: ErrorCode) {
        response.responses[batch.topicIndex].partitionResponses[batch.partitionIndex].errorCode = error
    }
}

/// One partition's batch of a produce, in the log, and its place in the answer.
struct AppendedBatch {
    var partition: Partition
    var firstOffset: Int64
    var lastOffset: Int64
    var leaderEpoch: Int32
    /// For the high watermark.
    var waits: Bool
    var topicIndex: Int
    var partitionIndex: Int

    init(partition: Partition, info: LogAppendInfo, waits: Bool, topicIndex: Int, partitionIndex: Int) {
        self.partition = partition
        firstOffset = info.firstOffset
        lastOffset = info.lastOffset
        // A duplicate lies where its first arrival put it.
        leaderEpoch = info.isDuplicate ? partition.log.epoch(at: info.lastOffset) ?? -1 : partition.leaderEpoch
        self.waits = waits
        self.topicIndex = topicIndex
        self.partitionIndex = partitionIndex
    }
}
