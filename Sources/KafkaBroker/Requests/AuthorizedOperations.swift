/// What a client may do with a resource, a bit each: everything, since there is no authorizer. Told only to who asks.
enum AuthorizedOperations {
    private enum Operation: Int32 {
        case read = 3, write, create, delete, alter, describe, clusterAction, describeConfigs, alterConfigs,
            idempotentWrite
    }

    static let onTopic = bits([.read, .write, .create, .delete, .alter, .describe, .describeConfigs, .alterConfigs])
    static let onGroup = bits([.read, .delete, .describe])
    static let onCluster = bits([
        .create, .alter, .describe, .clusterAction, .describeConfigs, .alterConfigs, .idempotentWrite,
    ])

    private static func bits(_ operations: [Operation]) -> Int32 { operations.reduce(0) { $0 | 1 << $1.rawValue } }
}
