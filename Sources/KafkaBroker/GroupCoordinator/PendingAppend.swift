import KafkaProtocol

/// Records that are on their way into `__consumer_offsets`, and what happens when they are committed.
struct PendingAppend: Sendable {
    enum Completion: Sendable {
        /// A group's own record; the group is told.
        case group(String, ClassicGroup.WritePurpose)
        /// An OffsetCommit that is answered: with `answer` when all is well, else with the error in place of each
        /// partition's NONE.
        case offsets(RequestContext, answer: OffsetCommitResponse)
        /// An OffsetDelete that is answered: with `answer` when all is well, else with the error alone.
        case offsetDeletion(RequestContext, answer: OffsetDeleteResponse)
        /// Tombstones of a group that is deleted by request; several groups may share the request.
        case deletion(group: String, DeletionID)
        /// Tombstones that nobody waits for.
        case expiry
    }

    var partition: Int32
    var records: [OffsetsRecord]
    var completion: Completion

    /// The group whose last traces these records may remove.
    var removableGroup: String? {
        switch completion {
        case .deletion(let group, _): group
        case .expiry, .offsetDeletion: records.first?.group
        case .group, .offsets: nil
        }
    }
}

/// A DeleteGroups request whose groups are deleted one by one.
struct DeletionID: RawRepresentable, Hashable, Sendable { var rawValue: UInt64 }

struct PendingDeletion: Sendable {
    var context: RequestContext
    var answer: DeleteGroupsResponse
    /// Groups whose tombstones are not committed yet.
    var outstanding: Int
}
