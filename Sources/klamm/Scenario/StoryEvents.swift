import KafkaBroker
import KafkaCluster

/// Which of a cluster's events belong to a story: not what a step does anyway, nor a node's housekeeping.
enum StoryEvents {
    static func text(of event: ClusterEvent) -> String? {
        switch event {
        case .fault: return nil
        case .client(let event, _):
            switch event {
            case .producerCrashed, .memberCrashed, .clientError: break
            case .producerStarted, .producerStopped, .acksChanged, .producerChanged, .outboxTakenUp, .groupStarted,
                .groupStopped,
                .autoCommitChanged, .groupChanged, .groupSought:
                return nil
            }
        case .node(let event):
            switch event.kind {
            case .lifecycleChanged, .brokerRegistered, .configChanged, .logRecovered: return nil
            default: break
            }
        case .notice(.lossUpdated(let loss), _):
            // One loss is one line, and one more with what it came to.
            if loss.mayGrow { return nil }
        case .notice: break
        }
        let summary = EventSummary(event)
        return summary.topic?.hasPrefix("__") ?? false ? nil : summary.text
    }
}
