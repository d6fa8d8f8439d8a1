import KafkaProtocol

/// A loss in sentences, from the acknowledgement to where the records went.
extension Loss {
    /// In one line, without times: what, and why.
    package var summary: String {
        let count = count == 1 ? "1 acknowledged record" : "\(Self.figure(count)) acknowledged records"
        return "\(count) of \(partition) (\(Self.words(offsets)), acks=\(acks)\(receipt)): \(why)"
    }

    /// Who counts what clients have heard counts fewer.
    private var receipt: String {
        let unknown = countOfUnknownReceipt
        return unknown > 0 ? "; \(unknown == count ? "" : "\(Self.figure(unknown)) ")of unknown receipt" : ""
    }

    /// The same of whom it is known how many they are, and of what.
    package var cause: String { "\(why) · \(Self.words(offsets)), acks=\(acks)\(receipt)" }

    private var acks: String {
        let levels = batches.map(\.acks).reduce(into: [Int16]()) { if !$0.contains($1) { $0.append($1) } }
        return levels.map(Self.words).joined(separator: " and ")
    }

    private var why: String {
        let fates = misfortunes.map(\.fate.words).joined(separator: " and then ")
        let what = fates.isEmpty ? "" : "broker \(broker) \(fates), and "
        let who =
            election.leader == broker ? "its log ends at" : "the log of \(election.leader), which leads now, ended at"
        return "\(what)\(who) \(Self.figure(election.logEndOffset))"
    }

    /// One line for each step. `time` writes milliseconds since 1970 as the reader's clock shows them.
    package func chain(time: (Int64) -> String) -> [String] {
        var lines = batches.prefix(20).map { sentence(of: $0, time) }
        if batches.count > 20 { lines.append("and \(Self.figure(Int64(batches.count - 20))) more acknowledgements") }
        if unnamed > 0 {
            lines.append("and \(Self.figure(Int64(unnamed))) records besides, of which only their number is kept")
        }
        if let followed = followerSentence(time) { lines.append(followed) }
        for misfortune in misfortunes {
            lines.append(
                "broker \(broker) \(misfortune.fate.words) at \(time(misfortune.at.wallClockMilliseconds))")
        }
        lines.append(electionSentence(time))
        for drop in drops {
            let at = time(drop.at.wallClockMilliseconds)
            switch drop.reason {
            case .truncated:
                lines.append(
                    "broker \(drop.broker) truncated them at \(at), following broker \(election.leader) under epoch "
                        + "\(election.leaderEpoch)")
            case .powerLost:
                lines.append("they were not flushed on broker \(drop.broker), and went with its power at \(at)")
            case .wiped: lines.append("they went with the disk of broker \(drop.broker) at \(at)")
            }
        }
        if drops.isEmpty { lines.append("broker \(broker) may still have them in its log") }
        if let returnedAt {
            lines.append(
                "at \(time(returnedAt.wallClockMilliseconds)) a broker that had kept them came to lead: they are back")
        }
        return lines
    }

    private func electionSentence(_ time: (Int64) -> String) -> String {
        let at = time(election.at.wallClockMilliseconds)
        let how = election.isUnclean ? ", elected uncleanly," : ""
        if election.leader == broker {
            return
                "broker \(broker)\(how) led again at \(at) under epoch \(election.leaderEpoch), with a log that ended "
                + "at \(Self.figure(election.logEndOffset))"
        }
        return "broker \(election.leader)\(how) led from \(at) on under epoch \(election.leaderEpoch), with a log that "
            + "ended at \(Self.figure(election.logEndOffset))"
    }

    /// How far the other members of the ISR had come; nil where there were none, or where it is forgotten.
    private func followerSentence(_ time: (Int64) -> String) -> String? {
        guard let lastWord, !lastWord.followers.isEmpty else { return nil }
        var groups: [(brokers: [BrokerID], what: String)] = []
        for follower in lastWord.followers {
            let what = what(follower)
            if let known = groups.firstIndex(where: { $0.what == what }) {
                groups[known].brokers.append(follower.broker)
            } else {
                groups.append(([follower.broker], what))
            }
        }
        let words = groups.map { group in
            let brokers = group.brokers.map(\.description).joined(separator: " and ")
            return "\(group.brokers.count == 1 ? "broker" : "brokers") \(brokers) had fetched \(group.what)"
        }
        return "at \(time(lastWord.at)), when broker \(broker) acknowledged last, \(words.joined(separator: ", "))"
    }

    private func what(_ follower: Follower) -> String {
        guard let end = follower.logEndOffset else { return "nothing from it yet" }
        if end <= offsets.lowerBound { return "none of them and stood at \(Self.figure(end))" }
        return end > offsets.upperBound ? "all of them" : "those before \(Self.figure(end))"
    }

    private func sentence(of batch: Batch, _ time: (Int64) -> String) -> String {
        let isr = batch.isr.map(\.description).joined(separator: ",")
        let when = batch.to > batch.from ? "\(time(batch.from)) to \(time(batch.to))" : "\(time(batch.from))"
        let who = batch.client.map { $0.isEmpty ? "" : " to \($0)" } ?? " to several clients"
        return "\(Self.words(batch.offsets)) of \(partition), acks=\(Self.words(batch.acks)), "
            + "acknowledged\(who) by broker \(broker) at \(when) with ISR {\(isr)}, "
            + "high watermark \(Self.figure(batch.highWatermark))"
            + (batch.receiptIsUnknown ? ": ack sent, receipt unknown" : "")
    }

    private static func words(_ acks: Int16) -> String { acks == -1 ? "all" : "\(acks)" }

    private static func words(_ offsets: ClosedRange<Int64>) -> String {
        offsets.count == 1
            ? "offset \(figure(offsets.lowerBound))"
            : "offsets \(figure(offsets.lowerBound))–\(figure(offsets.upperBound))"
    }

    /// `1,234,567`, as screens write numbers.
    private static func figure(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        let grouped = digits.enumerated().map { index, digit in
            (index > 0 && (digits.count - index) % 3 == 0 ? "," : "") + String(digit)
        }
        return (value < 0 ? "-" : "") + grouped.joined()
    }
}
