/// The first record of a leader's epoch in the metadata log, in a control batch: who leads, and who voted for it.
package struct LeaderChangeMessage: KafkaMessage {
    package static let versions: ClosedRange<Int16> = 0...1
    package static let flexibleVersions: PartialRangeFrom<Int16>? = 0...

    /// Says once more which version this is.
    package var messageVersion: Int16 = 0
    package var leaderId: BrokerID = 0
    package var voters: [Voter] = []
    package var grantingVoters: [Voter] = []
    package var unknownTaggedFields: [TaggedField] = []

    package init() {}

    package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
        try coder.field("version", &messageVersion)
        try coder.field("leaderId", &leaderId)
        try coder.field("voters", &voters)
        try coder.field("grantingVoters", &grantingVoters)
        try coder.unknownTags(&unknownTaggedFields)
    }
}

extension LeaderChangeMessage {
    package struct Voter: KafkaStruct {
        package var voterId: Int32 = 0
        package var voterDirectoryId = Uuid.zero
        package var unknownTaggedFields: [TaggedField] = []

        package init() {}

        package mutating func code<C: Coder>(with coder: inout C, version: Int16) throws(ProtocolError) {
            try coder.field("voterId", &voterId)
            if version >= 1 {
                try coder.field("voterDirectoryId", &voterDirectoryId)
            } else {
                try coder.absent("voterDirectoryId", isDefault: voterDirectoryId == .zero)
            }
            try coder.unknownTags(&unknownTaggedFields)
        }
    }
}
