import KafkaProtocol

/// A produce with acks=all whose records are in the leader's log and wait for the followers.
///
/// Its answer is made beforehand with REQUEST_TIMED_OUT for each partition that waits; a partition whose high watermark
/// passes the records gets its real result. So the end of the wait, early or late, is to send what is there.
struct DelayedProduce {
    var context: RequestContext
    var response: ProduceResponse
    /// Partitions that still wait.
    var remaining: Int
}
