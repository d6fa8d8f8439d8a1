import KafkaProtocol
import NIOCore
import Testing

/// What a producer gets for each batch of the vectors, next to what Kafka 3.9 gives.
struct ProduceValidationVectorTests {
    @Test(arguments: BatchVector.all)
    func `Vector: with all records checked, a producer gets Kafka's error`(_ vector: BatchVector) {
        // Client libraries retry, give up or blame the record by this code.
        var validation = ProduceValidation()
        validation.depth = .allRecords
        #expect(code(for: vector, validation) == vector.produceErrorCode)
    }

    @Test(arguments: BatchVector.all)
    func `Vector: by default the same holds, but packed records are not unpacked`(_ vector: BatchVector) {
        // Unpacking costs more than the rest of an append, so a broken payload under a right checksum is stored; it can
        // only come from a broken producer. Nothing else may differ from Kafka.
        let code = code(for: vector, ProduceValidation())
        let isPacked = (try? RecordBatch(vector.bytes)).map { $0.compression != Compression.none } ?? false
        if isPacked, code == .none {
            #expect(vector.produceErrorCode == .none || Self.acceptedUnread.contains(vector.name))
        } else {
            #expect(code == vector.produceErrorCode)
        }
    }

    /// The vectors that Kafka refuses only because it unpacks them.
    private static let acceptedUnread: Set<String> = Set(
        ["gzip", "snappy", "lz4", "zstd"].flatMap { codec in
            [
                "count-too-large", "count-too-small", "payload-not-compressed", "stream-cut", "corrupt-stream",
                "empty-payload",
            ].map { "compressed/\(codec)/\($0)" }
        })

    private func code(for vector: BatchVector, _ validation: ProduceValidation) -> ErrorCode {
        do throws(RecordError) {
            let batch = try RecordBatches.validateForProduce(vector.bytes, validation)
            // What says that it bears the broker's time is taken for what it is, and nothing else is changed.
            var expected = try RecordBatch(vector.bytes)
            expected.setTimestampType(.createTime, maxTimestamp: batch.maxTimestamp)
            #expect(batch == expected)
            return .none
        } catch {
            return error.errorCode
        }
    }
}
