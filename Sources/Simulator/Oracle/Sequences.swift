import KafkaProtocol

/// The sequences of idempotent producers, in the order in which leaders append their batches.
///
/// In one log the batches of a producer id and epoch follow each other without repeat, gap or reordering, and a new epoch begins
/// at 0. A log that has nothing of a producer takes any sequence, as Kafka does: what came before may have been removed. Who
/// copies such a log hears nothing of the producer, and may take a second time what was removed.
extension Oracle {
    mutating func checkSequence(
        of batch: MirroredBatch, in replica: Int, of partition: Int, appendedBy broker: BrokerID
    ) throws(Violation) {
        let header = batch.header
        if header.hasProducerId {
            let isKnown = partitions[partition].replicas[replica].log.heldProducers.contains(header.producerId)
            let isNew = partitions[partition].seenProducers.insert(header.producerId).inserted
            if !isKnown, !isNew { partitions[partition].metAnew.formUnion(HistoryCheck.producers(of: [batch])) }
        }
        let former = partitions[partition].replicas[replica].log.noteProducer(of: batch.header)
        guard header.baseSequence >= 0 else { return }
        guard let former else {
            if header.hasProducerId, header.baseSequence > 0 {
                partitions[partition].metMidway.insert(header.producerId)
            }
            return
        }
        let expected = RecordBatchHeader.sequence(former.lastSequence, advancedBy: 1)
        if header.producerEpoch == former.epoch, header.baseSequence == expected { return }
        let place = "\(partitions[partition].id): \(broker) appends \(batch.place) of producer \(header.producerId)"
        if header.producerEpoch < former.epoch {
            throw Violation(
                "a fenced producer wrote",
                "\(place) in producer epoch \(header.producerEpoch), after epoch \(former.epoch) at offset \(former.base)"
            )
        }
        if header.producerEpoch > former.epoch {
            if header.baseSequence == 0 { return }
            throw Violation(
                "sequences have a gap",
                "\(place): producer epoch \(header.producerEpoch) begins with sequence \(header.baseSequence)")
        }
        // Sequences wrap: whatever lies in the half after what is expected is a gap.
        let distance = (header.baseSequence &- expected) & .max
        throw Violation(
            distance < 1 << 30 ? "sequences have a gap" : "a batch of a producer was appended twice, or out of order",
            "\(place), epoch \(header.producerEpoch), with sequences from \(header.baseSequence) on; its last batch, at offset "
                + "\(former.base), ended with \(former.lastSequence)")
    }
}
