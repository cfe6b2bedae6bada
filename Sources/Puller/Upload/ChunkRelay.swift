internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Cuts a blob that comes in order into chunks, and holds back whoever brings it until each chunk is taken: one chunk is in
/// memory at a time. One task brings, on a thread that may block; another takes.
final class ChunkRelay: Sendable {
    /// A part of the blob.
    struct Chunk: Sendable {
        /// Where it begins in the blob.
        var offset: Int64
        /// Never empty.
        var bytes: ByteBuffer

        /// Where it ends.
        var end: Int64 { offset + Int64(bytes.readableBytes) }
    }

    private struct State {
        var chunk = Chunk(offset: 0, bytes: ByteBuffer())
        /// Whoever brings waits for this.
        var waiting: EventLoopPromise<Void>?
        var isClosed = false
    }

    private let size: Int
    private let state = Mutex(State())
    private let stream: AsyncStream<Chunk>
    private let continuation: AsyncStream<Chunk>.Continuation

    /// - Parameter size: of every chunk but the last, in bytes; 1 or more.
    init(size: Int) {
        self.size = max(1, size)
        (stream, continuation) = AsyncStream.makeStream(of: Chunk.self)
    }

    /// Takes in the next bytes. It blocks while a chunk that is full has not been taken.
    ///
    /// - Throws: `CancellationError` when nobody takes any more.
    func bring(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let (full, isClosed) = state.withLock { state -> ((Chunk, EventLoopPromise<Void>)?, Bool) in
                let piece = rest.prefix(size - state.chunk.bytes.readableBytes)
                state.chunk.bytes.writeBytes(UnsafeRawBufferPointer(rebasing: piece))
                rest = rest.dropFirst(piece.count)
                guard state.chunk.bytes.readableBytes == size, !state.isClosed else { return (nil, state.isClosed) }
                let chunk = state.chunk
                let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
                (state.chunk, state.waiting) = (Chunk(offset: chunk.end, bytes: ByteBuffer()), promise)
                return ((chunk, promise), false)
            }
            if isClosed { throw CancellationError() }
            guard let (chunk, promise) = full else { continue }
            continuation.yield(chunk)
            try promise.futureResult.wait()
        }
    }

    /// All has been brought: what is left is the last chunk.
    func finish() {
        let last = state.withLock(\.chunk)
        if last.bytes.readableBytes > 0 { continuation.yield(last) }
        continuation.finish()
    }

    /// Hands each chunk to `take`, in order, until the last or the first failure.
    ///
    /// - Throws: what `take` throws; `CancellationError`.
    func takeAll(_ take: (Chunk) async throws -> Void) async throws {
        defer { close() }
        for await chunk in stream {
            try await take(chunk)
            letGo()
        }
        try Task.checkCancellation()
    }

    /// Nobody brings or takes any more; whoever waits is woken.
    func close() {
        state.withLock { $0.isClosed = true }
        continuation.finish()
        letGo()
    }

    private func letGo() {
        let promise = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        promise?.succeed()
    }
}
