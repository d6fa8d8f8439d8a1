/// How many replicas must be in sync for the high watermark to move.
package struct MinISR: Hashable, Sendable {
    /// `min.insync.replicas`.
    package var setting: Int
    /// How many the partition has.
    package var replicas: Int
    /// A topic of two replicas that asks for three in-sync ones is content with two.
    package var effective: Int { min(setting, replicas) }
    package var isCapped: Bool { setting > replicas }

    package init(setting: Int, replicas: Int) {
        self.setting = setting
        self.replicas = replicas
    }
}
