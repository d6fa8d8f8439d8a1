import KafkaCluster
import KafkaProtocol

/// What ends a cluster, and whose records go with it.
extension Model {
    /// Ends klamm, after a question where records go with it. Elsewhere the key has to be pressed once more: who goes back with it
    /// again and again presses it once too often.
    mutating func leave(by chord: KeyChord, isAgain: Bool) -> [Command] {
        guard isEphemeral, attachment == nil, let contents = live.snapshot?.contents else {
            guard !isAgain else { return [.quit] }
            let end = attachment == nil ? " and ends its cluster" : "; the cluster goes on"
            show(.note, "This is the topmost view. \(chord) once more leaves klamm\(end)")
            toast?.offersLeaving = true
            return []
        }
        overlay = .question(
            Question(
                title: "End klamm's own cluster?", text: "It is ephemeral: \(contents) go with it.", verb: "ends it",
                commands: [.quit]))
        return []
    }

    /// Ends the story's cluster and shows klamm's own again, after a question where records go with it: whoever goes back
    /// with the key again and again presses it once too often, on whatever screen.
    mutating func leaveStory() -> [Command] {
        let commands = [Command.conduct(.leave)]
        guard let name = story?.head.name, let contents = live.snapshot?.contents else {
            show(.note, "Leaving the story: its cluster ends…")
            return commands
        }
        overlay = .question(
            Question(
                title: "Leave the story \(name)?",
                text: "Its cluster ends: \(contents) go with it. klamm's own cluster and its records stay.",
                verb: "leaves it", commands: commands))
        return []
    }
}

extension ClusterSnapshot {
    /// How many records of how many topics users would miss, in words; nil where there are certainly none.
    fileprivate var contents: String? {
        let topics = topics.filter { !$0.isInternal }
        // Of a partition without a leader nobody can tell how many it has.
        let known = topics.compactMap(\.records)
        let records = known.reduce(Int64(0)) { $0.saturatingAdd($1) }
        let isWhole = known.count == topics.count
        guard records > 0 || !isWhole else { return nil }
        let amount = records > 0 || isWhole ? Figures.plural(records, "record") : "an unknown number of records"
        let least = records > 0 && !isWhole ? "at least " : ""
        return "\(least)\(amount) of \(Figures.plural(Int64(topics.count), "topic"))"
    }
}
