import NIOCore

/// Steps through the batches of a buffer: a produce request's records, a fetch response's, or a piece of a segment.
///
/// A partial batch at the end ends the walk silently, since fetch responses are cut at a byte limit and a crash tears
/// the last write. What follows a batch of impossible size or magic cannot be found, so those throw, and every later
/// call ends.
package struct RecordBatches: Sendable {
    private var rest: ByteBuffer

    package init(_ buffer: ByteBuffer) { rest = buffer }

    /// The next batch; nil at the end, or where only a part of one is left.
    package mutating func next() throws(RecordError) -> RecordBatch? {
        do throws(RecordError) {
            guard let prefix = try RecordBatchPrefix.readOfAnyMagic(from: rest, at: rest.readerIndex),
                prefix.sizeInBytes <= rest.readableBytes
            else { return nil }
            let batch = try RecordBatch(rest)
            rest.moveReaderIndex(forwardBy: batch.sizeInBytes)
            return batch
        } catch {
            rest.clear()
            throw error
        }
    }

    /// Bytes not yet stepped over. After `next()` has returned nil: the length of the partial batch.
    package var remainingByteCount: Int { rest.readableBytes }

    /// Cuts `buffer` behind its last whole batch. Gives the offsets that its batches span; nil where there is none.
    package static func trim(_ buffer: inout ByteBuffer) -> Range<Int64>? {
        var batches = Self(buffer)
        var size = 0
        var offsets: Range<Int64>?
        while let batch = try? batches.next() {
            size += batch.sizeInBytes
            let first = offsets?.lowerBound ?? batch.baseOffset
            offsets = first..<max(first, batch.nextOffset)
        }
        buffer.moveWriterIndex(to: buffer.readerIndex + size)
        return offsets
    }

    /// All batches of `buffer`, none of them checked further than its size and magic.
    package static func all(in buffer: ByteBuffer) throws(RecordError) -> [RecordBatch] {
        var batches = Self(buffer)
        var all: [RecordBatch] = []
        while let batch = try batches.next() { all.append(batch) }
        return all
    }
}
