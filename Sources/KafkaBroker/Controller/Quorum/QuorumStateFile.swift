import KafkaProtocol
import KafkaStorage
import NIOCore

/// `quorum-state` in the metadata log's folder: the epoch and the vote, which must outlast this life. Kafka's own JSON.
package struct QuorumStateFile {
    package struct Content: Hashable, Sendable {
        package var epoch: Int32 = 0
        package var vote: BrokerID?
        package var leader: BrokerID?

        package init(epoch: Int32 = 0, vote: BrokerID? = nil, leader: BrokerID? = nil) {
            self.epoch = epoch
            self.vote = vote
            self.leader = leader
        }
    }

    static let name = "quorum-state"
    let path: String
    let disk: any Disk

    init(directory: String, on disk: any Disk) {
        path = directory + "/" + Self.name
        self.disk = disk
    }

    /// Nil if there is none. One that cannot be read stops the node: a vote may have been forgotten.
    func read() throws(MetadataLogError) -> Content? {
        do {
            guard let text = try disk.text(of: path) else { return nil }
            guard let epoch = Self.integer("leaderEpoch", in: text), let vote = Self.integer("votedId", in: text),
                let leader = Self.integer("leaderId", in: text), epoch >= 0
            else { throw MetadataLogError("\(path) is damaged") }
            return Content(
                epoch: epoch, vote: vote < 0 ? nil : BrokerID(vote), leader: leader < 0 ? nil : BrokerID(leader))
        } catch let error as MetadataLogError {
            throw error
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    /// Durable when this returns.
    func write(_ content: Content, voters: [BrokerID]) throws(MetadataLogError) {
        let voters = voters.map { "{\"voterId\":\($0)}" }.joined(separator: ",")
        let text =
            "{\"clusterId\":\"\",\"leaderId\":\(content.leader?.rawValue ?? -1),\"leaderEpoch\":\(content.epoch),"
            + "\"votedId\":\(content.vote?.rawValue ?? -1),\"appliedOffset\":0,\"currentVoters\":[\(voters)],"
            + "\"data_version\":0}"
        do {
            try disk.replace(path, with: ByteBuffer(string: text), durably: true)
        } catch {
            throw MetadataLogError("\(error)")
        }
    }

    /// The number after a name, as this file has them.
    private static func integer(_ name: String, in text: String) -> Int32? {
        let key = Array("\"\(name)\":".utf8)
        let bytes = Array(text.utf8)
        guard bytes.count > key.count else { return nil }
        for start in 0...(bytes.count - key.count) where bytes[start..<start + key.count].elementsEqual(key) {
            let digits = bytes[(start + key.count)...].prefix { $0 == 0x2D || (0x30...0x39).contains($0) }
            return Int32(String(decoding: digits, as: UTF8.self))
        }
        return nil
    }
}
