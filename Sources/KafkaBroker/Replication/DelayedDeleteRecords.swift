import KafkaProtocol

/// A DeleteRecords whose leader has raised its log start and that waits for the followers to raise theirs.
///
/// As with `DelayedProduce`, the answer says REQUEST_TIMED_OUT wherever something is still missing, so that the end of the
/// wait, early or late, is to send what is there.
struct DelayedDeleteRecords {
    struct Target {
        var partition: Partition
        /// Every live replica's log is to begin here or later.
        var offset: Int64
        /// The place of the result in the answer.
        var topicIndex: Int
        var partitionIndex: Int
    }

    var context: RequestContext
    var response = DeleteRecordsResponse()
    var waiting: [Target] = []

    init(context: RequestContext) { self.context = context }
}
