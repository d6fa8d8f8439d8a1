import CRdkafka
import KafkaProtocol
import Logging
import Synchronization

/// A member of a consumer group, or a consumer of partitions chosen by hand. One thread polls.
package final class Consumer: @unchecked Sendable {
    private let handle: ClientHandle
    private let queue: ClientQueue
    /// Where answers to commits wait until they are served.
    private let answers: ClientQueue
    private let rebalances: RebalanceObserver
    private let isClosing = Mutex(false)

    /// `group.id` must be among the settings. `onError` and `onRebalance` run inside `poll` and `close`; they must not
    /// hold the consumer. At `.revoked` the partitions are still this member's, so that it can store and commit.
    package init(
        _ configuration: ClientConfiguration, logger: Logger,
        onError: (@Sendable (ClientError) -> Void)? = nil,
        onRebalance: (@Sendable (Rebalance) -> Void)? = nil
    ) throws(ClientError) {
        guard configuration["group.id"] != nil else {
            throw ClientError(code: .invalidArgument, reason: "A consumer needs group.id.")
        }
        self.rebalances = RebalanceObserver(handler: onRebalance)
        let context = CallbackContext(logger: logger, onError: onError, rebalances: rebalances)
        self.handle = try ClientHandle(RD_KAFKA_CONSUMER, configuration, context)
        try ClientError.check(rd_kafka_poll_set_consumer(handle.pointer))
        self.queue = ClientQueue(polledBy: handle, isConsumer: true)
        self.answers = ClientQueue(of: handle)
    }

    package func subscribe(_ topics: [String]) throws(ClientError) {
        let items = topics.map { PartitionOffset(TopicPartition(topic: $0, partition: -1), nil) }
        let handle = handle
        try withPartitionList(items) { list throws(ClientError) in
            try ClientError.check(rd_kafka_subscribe(handle.pointer, list))
        }
    }

    /// Chooses partitions by hand. Without an offset a partition starts at the group's commit.
    package func assign(_ partitions: [PartitionOffset]) throws(ClientError) {
        let handle = handle
        try withPartitionList(partitions) { list throws(ClientError) in
            try ClientError.check(rd_kafka_assign(handle.pointer, list))
        }
    }

    /// Asks the brokers.
    package func partitions(of topic: String, milliseconds: Int = 5000) throws(ClientError) -> [TopicPartition] {
        let metadata = try ClusterMetadata(from: handle, topic: topic, milliseconds: milliseconds)
        let partitions = metadata.topics.first { $0.name == topic }?.partitions ?? []
        return partitions.map { TopicPartition(topic: topic, partition: $0.index) }
    }

    package func seek(_ partitions: [PartitionOffset], milliseconds: Int = 5000) throws(ClientError) {
        let handle = handle
        let results = try withPartitionList(partitions) { list throws(ClientError) in
            if let error = ClientError(
                consuming: rd_kafka_seek_partitions(handle.pointer, list, Int32(clamping: milliseconds)))
            {
                throw error
            }
        }
        if let error = results.lazy.compactMap(\.error).first { throw error }
    }

    package var assignment: [TopicPartition] {
        get throws(ClientError) {
            var list: PartitionList?
            try ClientError.check(rd_kafka_assignment(handle.pointer, &list))
            defer { if let list { rd_kafka_topic_partition_list_destroy(list) } }
            return read(list).map(\.partition)
        }
    }

    /// Waits for a first record, then takes what is there, up to `maximum`. A partition's end (with
    /// `enable.partition.eof`) and errors of a partition go to `onPartitionError`; they end the poll.
    package func poll(
        maximum: Int, milliseconds: Int, onPartitionError: (TopicPartition, ClientError) -> Void = { _, _ in }
    ) -> [ConsumedRecord] {
        var records: [ConsumedRecord] = []
        while records.count < maximum {
            let timeout = records.isEmpty ? Int32(clamping: milliseconds) : 0
            let polled = rd_kafka_consumer_poll(handle.pointer, timeout)
            // A rebalance inside this call came before its message, which belongs to whatever is assigned now, even
            // when the same partition was given up and came back. What was gathered earlier is another's to read.
            let revoked = rebalances.takeRevoked()
            if !revoked.isEmpty { records.removeAll { revoked.contains($0.partition) } }
            guard let message = polled else { break }
            defer { rd_kafka_message_destroy(message) }
            if let error = ClientError(message.pointee.err) {
                let topic = rd_kafka_message_topic(message)
                let reason = rd_kafka_message_errstr(message).map { String(cString: $0) }
                onPartitionError(
                    TopicPartition(topic: topic, partition: message.pointee.partition),
                    ClientError(code: error.code, reason: reason))
                break
            }
            records.append(ConsumedRecord(message))
        }
        return records
    }

    /// Ends a poll that waits, from another thread. A close is not to be woken: librdkafka would return from it too early,
    /// and then wait for ever when the client ends.
    package func wake() { isClosing.withLock { if !$0 { queue.wake() } } }

    /// Marks offsets for the next commit: automatic, at a rebalance, or by `commit()`. Each is that of the next record
    /// to read. Partitions that are no longer assigned come back with their error.
    @discardableResult
    package func store(_ offsets: [PartitionOffset]) -> [PartitionOffset] {
        let handle = handle
        // Each partition carries its own error; the call's is only that of the last.
        let results = try? withPartitionList(offsets) { list in
            rd_kafka_offsets_store(handle.pointer, list)
        }
        return (results ?? offsets).filter { $0.error != nil }
    }

    /// Commits what is stored.
    package func commitStored(asynchronously: Bool = false) throws(ClientError) {
        let code = rd_kafka_commit(handle.pointer, nil, asynchronously ? 1 : 0)
        // Nothing stored since the last commit is no failure.
        if ClientError.Code(code) != .noOffset { try ClientError.check(code) }
    }

    package func commit(_ offsets: [PartitionOffset]) throws(ClientError) {
        let handle = handle
        try withPartitionList(offsets) { list throws(ClientError) in
            try ClientError.check(rd_kafka_commit(handle.pointer, list, 0))
        }
    }

    /// Kafka's commitSync: waits for the answer, which each partition comes back with.
    package func commitAndWait(_ offsets: [PartitionOffset]) -> [PartitionOffset] {
        let handle = handle
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        let results = try? withPartitionList(offsets) { list in code = rd_kafka_commit(handle.pointer, list, 0) }
        return (results ?? offsets).map { $0.failing(with: ClientError(code)) }
    }

    /// Kafka's commitAsync: the answer goes to `onAnswer`, on the thread that calls `serveAnswers`.
    package func commit(_ offsets: [PartitionOffset], onAnswer: @escaping @Sendable ([PartitionOffset]) -> Void) {
        let (handle, answers) = (handle, answers)
        let answer = Unmanaged.passRetained(CommitAnswer(offsets: offsets, receive: onAnswer))
        var failure: ClientError?
        _ = try? withPartitionList(offsets) { list in
            failure = ClientError(
                rd_kafka_commit_queue(handle.pointer, list, answers.pointer, commitAnswered, answer.toOpaque()))
        }
        if let failure {
            answer.release()
            onAnswer(offsets.map { $0.failing(with: failure) })
        }
    }

    /// Serves the answers that have come, waiting for the first. Counts as a poll for max.poll.interval.ms.
    package func serveAnswers(milliseconds: Int) {
        while rd_kafka_queue_poll_callback(answers.pointer, Int32(clamping: milliseconds)) > 0 && milliseconds == 0 {}
    }

    /// For each partition the first record that is not older; nil where all are.
    package func offsets(
        atTime milliseconds: Int64, of partitions: [TopicPartition], timeoutMilliseconds: Int = 5000
    ) throws(ClientError) -> [PartitionOffset] {
        let handle = handle
        return try withPartitionList(partitions.map { PartitionOffset($0, milliseconds) }) { list throws(ClientError) in
            try ClientError.check(
                rd_kafka_offsets_for_times(handle.pointer, list, Int32(clamping: timeoutMilliseconds)))
        }
    }

    /// The offset after the last record handed out, per partition; nil before the first.
    package func positions(_ partitions: [TopicPartition]) throws(ClientError) -> [PartitionOffset] {
        let handle = handle
        return try withPartitionList(partitions.map { PartitionOffset($0, nil) }) { list throws(ClientError) in
            try ClientError.check(rd_kafka_position(handle.pointer, list))
        }
    }

    package func committed(
        _ partitions: [TopicPartition], milliseconds: Int = 5000
    ) throws(ClientError) -> [PartitionOffset] {
        let handle = handle
        return try withPartitionList(partitions.map { PartitionOffset($0, nil) }) { list throws(ClientError) in
            try ClientError.check(rd_kafka_committed(handle.pointer, list, Int32(clamping: milliseconds)))
        }
    }

    /// Gives the partitions up, commits what is stored (where auto-commit is on) and leaves the group.
    package func close() throws(ClientError) {
        isClosing.withLock { $0 = true }
        try ClientError.check(rd_kafka_consumer_close(handle.pointer))
    }

    /// Dies as a process does: no last commit, no word to the group, which finds out by its session timeout. The client
    /// itself goes with its last reference; do not poll it again.
    package func crash() { handle.endAbruptly() }
}

private func rd_kafka_message_topic(_ message: UnsafePointer<rd_kafka_message_t>) -> String {
    message.pointee.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
}

/// Who waits for the answer to one commit.
private final class CommitAnswer: Sendable {
    let offsets: [PartitionOffset]
    let receive: @Sendable ([PartitionOffset]) -> Void

    init(offsets: [PartitionOffset], receive: @escaping @Sendable ([PartitionOffset]) -> Void) {
        self.offsets = offsets
        self.receive = receive
    }
}

private func commitAnswered(
    client: OpaquePointer?, code: rd_kafka_resp_err_t, list: PartitionList?, opaque: UnsafeMutableRawPointer?
) {
    guard let opaque else { return }
    let answer = Unmanaged<CommitAnswer>.fromOpaque(opaque).takeRetainedValue()
    let results = list == nil ? answer.offsets : read(list)
    answer.receive(results.map { $0.failing(with: ClientError(code)) })
}
