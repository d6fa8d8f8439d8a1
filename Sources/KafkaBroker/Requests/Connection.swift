/// What a broker knows about one client's connection.
///
/// A class, so that each frame changes it in place; only its broker refers to it.
final class Connection {
    /// The client's address, for log lines.
    let client: String
    var queue = RequestQueue()
    /// The fetch that waits for records; a connection has one at most, since nothing passes a waiting fetch.
    var parkedFetch: FetchID?

    init(client: String) { self.client = client }

    /// The address without its port, as group members are shown.
    var clientHost: String {
        guard let colon = client.utf8.lastIndex(of: UInt8(ascii: ":")) else { return client }
        return String(client[..<colon])
    }
}
