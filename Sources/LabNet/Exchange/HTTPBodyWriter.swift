internal import NIOCore
internal import Synchronization

/// Brings a body's bytes to their connection, one piece ahead of the kernel: while that one is being sent the next is made.
final class HTTPBodyWriter: HTTPBodyWriting {
    private struct State {
        var sent: Int64 = 0
        /// Succeeds when the last piece is the kernel's.
        var last: EventLoopFuture<Void>?
    }

    private let handler: NIOLoopBound<HTTP1Handler>
    private let length: Int64?
    private let state = Mutex(State())

    /// - Parameter length: what was announced; nil for chunks.
    init(to handler: NIOLoopBound<HTTP1Handler>, length: Int64?) {
        self.handler = handler
        self.length = length
    }

    /// See ``HTTPBodyWriting``.
    func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        try await admit(bytes.readableBytes)?.get()
        put(bytes)
    }

    /// See ``HTTPBodyWriting``. The wait ends with the connection at the latest.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        try admit(bytes.count)?.wait()
        put(ByteBuffer(bytes: bytes))
    }

    /// Ends the body.
    ///
    /// - Throws: `HTTPBodyLengthMismatch`; `HTTPSendingEnded`.
    func finish() async throws {
        let (sent, last) = state.withLock { ($0.sent, $0.last) }
        if let length, sent != length { throw HTTPBodyLengthMismatch(announced: length, actual: sent) }
        try await last?.get()
        let promise = handler.eventLoop.makePromise(of: Void.self)
        handler.execute { $0.endBody(promise) }
        try await promise.futureResult.get()
    }

    /// Counts bytes that are about to be sent.
    ///
    /// - Returns: what to wait for first.
    private func admit(_ count: Int) throws(HTTPBodyLengthMismatch) -> EventLoopFuture<Void>? {
        let (sent, last) = state.withLock { state in
            state.sent += Int64(count)
            return (state.sent, state.last)
        }
        if let length, sent > length { throw HTTPBodyLengthMismatch(announced: length, actual: sent) }
        return last
    }

    private func put(_ bytes: ByteBuffer) {
        let promise = handler.eventLoop.makePromise(of: Void.self)
        state.withLock { $0.last = promise.futureResult }
        handler.execute { $0.write(bytes, promise) }
    }
}
