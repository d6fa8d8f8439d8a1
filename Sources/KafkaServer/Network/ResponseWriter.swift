import KafkaProtocol
import NIOCore

/// Puts an answer's parts on a channel, with the answer's size before them.
enum ResponseWriter {
    /// Gives the bytes written, the size among them. Nothing is written when a file cannot be opened: half an answer would
    /// be read as a whole one.
    static func write(
        _ parts: [Payload], to context: ChannelHandlerContext, file: (FileID, Int64, Int) throws -> FileRegion
    ) rethrows -> Int {
        var regions = try parts.compactMap { part -> FileRegion? in
            guard case .file(let id, let offset, let length) = part else { return nil }
            return try file(id, offset, length)
        }
        regions.reverse()
        let size = parts.reduce(0) { $0 + $1.count }
        guard let frameSize = Int32(exactly: size) else {
            preconditionFailure("an answer of \(size) bytes does not fit in a frame")
        }
        var rest = parts[...]
        if case .bytes(let first) = parts[0] {
            rest = parts.dropFirst()
            write(.byteBuffer(prepend(frameSize, to: first)), context)
        } else {
            write(.byteBuffer(ByteBuffer(integer: frameSize)), context)
        }
        for part in rest {
            switch part {
            case .bytes(let buffer):
                write(.byteBuffer(buffer), context)
            case .file:
                guard let region = regions.popLast() else { preconditionFailure("every file part has its region") }
                let sent = context.eventLoop.makePromise(of: Void.self)
                // The region holds a descriptor of its own, so the broker may delete the file meanwhile.
                sent.futureResult.whenComplete { _ in try? region.fileHandle.close() }
                context.write(NIOAny(IOData.fileRegion(region)), promise: sent)
            }
        }
        return 4 + size
    }

    /// Uses the four bytes before the reader index where the encoder has left them free; what they hold is never seen
    /// by another owner of the storage, which the write then copies.
    private static func prepend(_ size: Int32, to buffer: ByteBuffer) -> ByteBuffer {
        var buffer = buffer
        if buffer.readerIndex >= 4 {
            buffer.moveReaderIndex(to: buffer.readerIndex - 4)
            buffer.setInteger(size, at: buffer.readerIndex)
            return buffer
        }
        var framed = ByteBuffer()
        framed.reserveCapacity(4 + buffer.readableBytes)
        framed.writeInteger(size)
        framed.writeImmutableBuffer(buffer)
        return framed
    }

    private static func write(_ data: IOData, _ context: ChannelHandlerContext) {
        context.write(NIOAny(data), promise: nil)
    }
}
