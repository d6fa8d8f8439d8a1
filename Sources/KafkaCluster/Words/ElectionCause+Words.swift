import KafkaBroker
import KafkaProtocol

extension ElectionCause {
    /// For the end of a sentence about who was elected.
    package var words: String {
        switch self {
        case .silence(let leader, let span, let late):
            let silence = "\(leader) was silent for \(milliseconds(span))"
            return late < .milliseconds(100) ? silence : "\(silence), held up itself for \(milliseconds(late))"
        case .resignation(let leader): return "\(leader) gave leadership up"
        }
    }

    private func milliseconds(_ span: Duration) -> String { "\(Figures.count(span.wholeMilliseconds)) ms" }
}
