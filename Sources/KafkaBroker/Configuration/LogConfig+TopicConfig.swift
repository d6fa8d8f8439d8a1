import KafkaStorage

extension LogConfig {
    /// The settings of a topic that its logs obey.
    package init(_ topic: TopicConfig, producerIdExpirationMs: Int64) {
        self.init()
        segmentBytes = Int64(topic.segmentBytes)
        segmentMs = topic.segmentAge.wholeMillisecondsSaturated
        segmentIndexBytes = Int64(topic.segmentIndexBytes)
        indexIntervalBytes = Int64(topic.indexIntervalBytes)
        maxMessageBytes = Int64(topic.maxMessageBytes)
        messageTimestampType = topic.usesLogAppendTime ? .logAppendTime : .createTime
        messageTimestampBeforeMaxMs = topic.timestampBeforeMaxMs
        messageTimestampAfterMaxMs = topic.timestampAfterMaxMs
        cleanupPolicy =
            switch (topic.deletes, topic.compacts) {
            case (true, true): .compactAndDelete
            case (false, true): .compact
            case (true, false): .delete
            case (false, false): .neither
            }
        retentionMs = topic.retention?.wholeMillisecondsSaturated ?? -1
        retentionBytes = topic.retentionBytes ?? -1
        deleteRetentionMs = topic.deleteRetention.wholeMillisecondsSaturated
        minCompactionLagMs = topic.minCompactionLag.wholeMillisecondsSaturated
        maxCompactionLagMs = topic.maxCompactionLag.wholeMillisecondsSaturated
        minCleanableDirtyRatio = topic.minCleanableDirtyRatio
        fileDeleteDelayMs = topic.fileDeleteDelay.wholeMillisecondsSaturated
        flushMessages = topic.flushMessages
        flushMs = topic.flushInterval.wholeMillisecondsSaturated
        self.producerIdExpirationMs = producerIdExpirationMs
    }
}

extension Duration {
    /// Milliseconds, where more than fits counts as for ever.
    fileprivate var wholeMillisecondsSaturated: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, sumOverflow) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflow || sumOverflow ? .max : sum
    }
}
