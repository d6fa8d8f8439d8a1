/// Names of topics that differ only in dots and underscores, which metrics cannot tell apart.
struct TopicCollisions {
    private var names: [String: String] = [:]

    init(_ image: MetadataImage) {
        for name in image.topicNames where TopicName.canCollide(name) { insert(name) }
    }

    mutating func insert(_ name: String) {
        if TopicName.canCollide(name) { names[TopicName.collisionForm(of: name)] = name }
    }

    /// The topic that the new name would collide with.
    func collision(with name: String) -> String? {
        TopicName.canCollide(name) ? names[TopicName.collisionForm(of: name)] : nil
    }
}
