import KafkaProtocol

/// Which brokers a data directory has: those that klamm is started with, those that were added while it ran, and not those
/// that were removed. Ids of removed brokers are not given again.
///
/// The file `brokers` has two lines, `added=4,5` and `removed=1`; without it nobody came or went.
extension DataDirectory {
    private struct Changes {
        var added: [Int32] = []
        var removed: [Int32] = []

        var text: String { "added=\(line(added))\nremoved=\(line(removed))\n" }

        private func line(_ ids: [Int32]) -> String { ids.map(String.init).joined(separator: ",") }
    }

    private var file: String { path + "/brokers" }

    private func changes() throws(ClusterError) -> Changes {
        do {
            guard let text = try FileSystem.text(of: file) else { return Changes() }
            let values = Self.properties(text)
            func ids(_ name: String) throws(ClusterError) -> [Int32] {
                let items = (values[name] ?? "").split(separator: ",")
                let ids = items.compactMap { Int32($0) }.filter { (1...100).contains($0) }
                guard ids.count == items.count else {
                    throw .unusable(path: path, reason: "its file brokers does not say which brokers were \(name)")
                }
                return ids
            }
            return Changes(added: try ids("added"), removed: try ids("removed"))
        } catch let error as ClusterError {
            throw error
        } catch {
            throw .unusable(path: path, reason: "\(error)")
        }
    }

    private func write(_ changes: Changes) throws(ClusterError) {
        do { try FileSystem.write(changes.text, to: file) } catch { throw .unusable(path: path, reason: "\(error)") }
    }

    /// Sorted by id.
    func brokers(startedWith count: Int) throws(ClusterError) -> [BrokerID] {
        let changes = try changes()
        let all = Set((1...Int32(clamping: count)).map { $0 } + changes.added).subtracting(changes.removed)
        // Whoever removed them all but asks for some is given what was asked for.
        return (all.isEmpty ? Set(1...Int32(clamping: count)) : all).sorted().map { BrokerID($0) }
    }

    /// The voters of the metadata quorum, which never change: those that have a folder here, or `count` new ones.
    func controllers(startedWith count: Int?) throws(ClusterError) -> [BrokerID] {
        let existing: Int
        do {
            existing = (try FileSystem.entries(of: path) ?? []).count { $0.hasPrefix("controller-") }
        } catch {
            throw .unusable(path: path, reason: "\(error)")
        }
        if let count, existing > 0, existing != count { throw .otherControllers(path: path, has: existing) }
        let first = Self.firstController.rawValue
        let number = existing > 0 ? existing : count ?? Self.defaultControllers
        let voters = (0..<Int32(clamping: number)).map { BrokerID(first + $0) }
        // All at once: a start that is cut short must not leave a smaller quorum behind.
        do {
            for voter in voters { try FileSystem.createDirectories(folder(of: voter)) }
        } catch {
            throw .unusable(path: path, reason: "\(error)")
        }
        return voters
    }

    static let firstController: BrokerID = 101
    package static let defaultControllers = 3

    func nextBroker(after largest: BrokerID) throws(ClusterError) -> BrokerID {
        let changes = try changes()
        return BrokerID((changes.added + changes.removed + [largest.rawValue]).max()! + 1)
    }

    func noteAdded(_ id: BrokerID) throws(ClusterError) {
        var changes = try changes()
        changes.removed.removeAll { $0 == id.rawValue }
        changes.added.append(id.rawValue)
        try write(changes)
    }

    /// Deletes the broker's folder, too.
    func noteRemoved(_ id: BrokerID) throws(ClusterError) {
        var changes = try changes()
        changes.added.removeAll { $0 == id.rawValue }
        changes.removed.append(id.rawValue)
        try write(changes)
        do { try FileSystem.remove(folder(of: id)) } catch { throw .unusable(path: path, reason: "\(error)") }
    }
}
