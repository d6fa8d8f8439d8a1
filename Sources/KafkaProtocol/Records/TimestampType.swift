/// What a record's timestamp means: when the producer made it, or when the leader appended it.
package enum TimestampType: Int8, Hashable, Sendable, CustomStringConvertible {
    case createTime = 0
    case logAppendTime = 1

    package var description: String {
        switch self {
        case .createTime: "CreateTime"
        case .logAppendTime: "LogAppendTime"
        }
    }
}
