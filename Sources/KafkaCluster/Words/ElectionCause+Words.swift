import KafkaBroker
import KafkaProtocol

extension ElectionCause {
    /// For the end of a sentence about who was elected.
    package var words: String {
        switch self {
        case .silence(let leader, let span, let late):
            let silence = "controller \(leader) had not answered it for \(milliseconds(span))"
            return late < .milliseconds(100)
                ? silence : "\(silence), and itself it was held up for \(milliseconds(late))"
        case .resignation(let leader): return "controller \(leader) gave leadership up"
        }
    }

    private func milliseconds(_ span: Duration) -> String { "\(Figures.count(span.wholeMilliseconds)) ms" }
}
