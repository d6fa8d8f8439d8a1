import KafkaProtocol
import KafkaStorage
import NIOCore

/// What the broker does for the group coordinator that lives in it: see `CoordinatorPort`.
extension Broker {
    mutating func coordinate(_ context: RequestContext, _ body: ByteBuffer) {
        var host = ""
        if case .client(let id, _) = context.source { host = connections[id]?.clientHost ?? "" }
        tellCoordinator(.request(context, clientHost: host, body: body))
    }

    mutating func coordinatorElected(_ partition: Int32, leaderEpoch: Int32, isAgain: Bool) {
        tellCoordinator(
            isAgain
                ? .electedAgain(partition: partition, leaderEpoch: leaderEpoch)
                : .elected(partition: partition, leaderEpoch: leaderEpoch))
    }

    mutating func coordinatorResigned(_ partition: Int32) {
        coordinatorReads.removeAll { $0.partition == partition }
        tellCoordinator(.resigned(partition: partition))
    }

    mutating func coordinatorTopicsDeleted(_ names: [String]) { tellCoordinator(.topicsDeleted(names)) }

    /// Hands in one input and performs what comes of it. Inputs that arise meanwhile wait for their turn.
    mutating func tellCoordinator(_ input: CoordinatorInput) {
        coordinatorInputs.append(input)
        if isCoordinating { return }
        isCoordinating = true
        defer { isCoordinating = false }
        while let next = coordinatorInputs.popFirst() {
            var actions: [CoordinatorAction] = []
            coordinator.step(next, metadata: image, now: now, into: &actions)
            for action in actions { perform(action) }
        }
    }

    private mutating func perform(_ action: CoordinatorAction) {
        switch action {
        case .respond(let context, let parts): respond(context, parts: parts)
        case .malformed(let context, let reason): refuse(context.source, reason: reason)
        case .append(let id, let partition, let batch, let timeout):
            append(id, partition, batch, timeout: timeout)
        case .read(let partition, let offset, let maxBytes):
            coordinatorReads.append(CoordinatorRead(partition: partition, offset: offset, maxBytes: maxBytes))
            timers.set(.coordinatorRead, at: now)
        case .emit(let kind): emit(kind)
        }
    }

    // MARK: Appending

    private mutating func append(
        _ id: CoordinatorAppendID, _ number: Int32, _ batch: ByteBuffer, timeout: Duration
    ) {
        do throws(AppendFailure) {
            let partition = try replica(TopicPartition(topic: Self.offsetsTopic, partition: number))
            let info = try append(batch, to: partition, acks: -1, origin: .internal)
            // `appended` stands in line before everything that the append has set off.
            coordinatorInputs.prepend(.appended(id, baseOffset: info.firstOffset))
            if partition.highWatermark > info.lastOffset || !Rule.offsetCommitWaitsForReplication.holds {
                coordinatorInputs.insert(.committed(id), at: 1)
            } else {
                partition.wait(.coordinator(id), for: info.lastOffset + 1)
                waitingCoordinatorAppends.insert(id)
                timers.set(.coordinatorAppend(id), at: now + timeout)
            }
        } catch {
            coordinatorInputs.prepend(.appendFailed(id, error.code))
        }
    }

    mutating func coordinatorAppendEnded(_ id: CoordinatorAppendID, with error: ErrorCode) {
        guard waitingCoordinatorAppends.remove(id) != nil else { return }
        timers.remove(.coordinatorAppend(id))
        switch error {
        case .none: tellCoordinator(.committed(id))
        default: tellCoordinator(.appendFailed(id, error))
        }
    }

    mutating func coordinatorAppendTimedOut(_ id: CoordinatorAppendID) {
        coordinatorAppendEnded(id, with: .requestTimedOut)
    }

    // MARK: Loading

    /// One slice of loading: the next read that was asked for.
    mutating func readForCoordinator() {
        guard !coordinatorReads.isEmpty else { return }
        let read = coordinatorReads.removeFirst()
        if !coordinatorReads.isEmpty { timers.set(.coordinatorRead, at: now) }
        let id = TopicPartition(topic: Self.offsetsTopic, partition: read.partition)
        guard let partition = partitions[id], partition.isLeader else { return }
        let log = partition.log
        let end = partition.leader?.epochStartOffset ?? log.logEndOffset
        let from = max(read.offset, log.logStartOffset)
        do throws(LogReadError) {
            let bytes = from < end ? try log.readBytes(from: from, maxBytes: read.maxBytes, upTo: end) : ByteBuffer()
            var whole = RecordBatches(bytes)
            var next = from
            var length = 0
            // Offsets before a damage are not all offsets: what cannot be read to its end is not served.
            do throws(RecordError) {
                while let batch = try whole.next() {
                    next = batch.nextOffset
                    length += batch.sizeInBytes
                }
            } catch {
                return tellCoordinator(.readFailed(partition: read.partition, reason: "\(error)"))
            }
            if length == 0, from < end {
                return tellCoordinator(.readFailed(partition: read.partition, reason: "no whole batch at \(from)"))
            }
            let batches = bytes.getSlice(at: bytes.readerIndex, length: length) ?? ByteBuffer()
            tellCoordinator(
                .read(
                    partition: read.partition, batches: batches, nextOffset: next,
                    isEnd: next >= end))
        } catch {
            if case .disk(let failure) = error { fail(partition, failure) }
            tellCoordinator(.readFailed(partition: read.partition, reason: error.description))
        }
    }
}

/// Part of a partition that the coordinator wants to read.
struct CoordinatorRead {
    var partition: Int32
    var offset: Int64
    var maxBytes: Int
}
