/// The number of a node: brokers are 1, 2, 3 ..., controllers 101, 102 ...; -1 stands for none, as on the wire.
package struct BrokerID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    package var rawValue: Int32

    @inlinable package init(rawValue: Int32) { self.rawValue = rawValue }
    @inlinable package init(_ rawValue: Int32) { self.rawValue = rawValue }

    /// No broker: a partition without a leader, a request that comes from a client.
    @inlinable package static var none: Self { Self(-1) }

    /// klamm's controllers are nodes of their own, numbered from 101, so that no broker's fall takes the metadata along.
    /// Other clusters number their brokers from 0, 1 or 1001.
    @inlinable package var isController: Bool { rawValue >= 101 && rawValue <= 199 }

    @inlinable package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    package var description: String { "\(rawValue)" }

    // Written out, and for other modules to take in: those that RawRepresentable and Equatable lend are generic, and cost ten
    // times as much.
    @inlinable package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
    @inlinable package static func != (left: Self, right: Self) -> Bool { left.rawValue != right.rawValue }
    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
    @inlinable package func _rawHashValue(seed: Int) -> Int { seed.mixed(with: rawValue) }
}

extension BrokerID: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int32) { self.init(value) }
}
