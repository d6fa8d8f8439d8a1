/// What a broker knows about one client's connection.
struct Connection: Sendable {
    /// The client's address, for log lines.
    let client: String
    var queue = RequestQueue()

    /// The address without its port, as group members are shown.
    var clientHost: String {
        guard let colon = client.lastIndex(of: ":") else { return client }
        return String(client[..<colon])
    }
}
