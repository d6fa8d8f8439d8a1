import KafkaClient
import KafkaCluster
import KafkaProtocol

/// What one member keeps in SQLite, as its settings say: ids, its own offsets, or nothing.
struct MemberStores {
    private let ids: ProcessedIDs?
    let offsets: OwnOffsets?

    init(_ settings: ConsumerSettings, in stores: WorkloadStores) throws(ClientError) {
        do {
            ids = settings.deduplicates ? try ProcessedIDs(of: settings.group, in: stores) : nil
            offsets = settings.assignment == .selfManaged ? try OwnOffsets(of: settings.group, in: stores) : nil
        } catch {
            throw ClientError(application: error)
        }
    }

    /// Whether the work on this record has been done before.
    func knows(_ record: ConsumedRecord) throws(ClientError) -> Bool {
        guard let ids else { return false }
        do { return try ids.contains(id(of: record)) } catch {
            throw ClientError(application: error)
        }
    }

    /// The work is over; `isDone` when it has a result. The id and the offset are there from now on, whatever happens.
    func keep(_ record: ConsumedRecord, isDone: Bool) throws(ClientError) {
        do {
            if isDone { try ids?.insert(id(of: record)) }
            try offsets?.finish(isDone ? id(of: record) : nil, position: record.offset + 1, in: record.partition)
        } catch {
            throw ClientError(application: error)
        }
    }

    /// A record of another client bears no id: its place stands for it.
    private func id(of record: ConsumedRecord) -> String {
        RecordID(of: record)?.description ?? "\(record.partition)@\(record.offset)"
    }
}
