public import NIOCore

/// The bytes of a body in the order of their arrival. It can be iterated once; not reading holds the sender back.
///
/// Iteration throws `NetworkError` when the peer stops before the body is whole, so an end is always a true end.
public struct HTTPBody: AsyncSequence, Sendable {
    /// A piece of the body, never empty.
    public typealias Element = ByteBuffer

    private let start: @Sendable () -> AsyncIterator

    /// Wraps whatever delivers the pieces.
    public init<Source: AsyncSequence & Sendable>(_ source: Source) where Source.Element == ByteBuffer {
        start = { AsyncIterator(source.makeAsyncIterator()) }
    }

    /// A body that is in memory already.
    public init(_ buffer: ByteBuffer = ByteBuffer()) {
        self.init(
            AsyncStream { continuation in
                if buffer.readableBytes > 0 { continuation.yield(buffer) }
                continuation.finish()
            })
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator { start() }

    /// Reads piece by piece.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var pull: () async throws -> ByteBuffer?

        init<Source: AsyncIteratorProtocol>(_ source: Source) where Source.Element == ByteBuffer {
            var source = source
            pull = { try await source.next() }
        }

        /// The next piece, nil at the true end.
        public mutating func next() async throws -> ByteBuffer? { try await pull() }
    }

    /// Reads the whole body into memory.
    ///
    /// - Throws: `BodyTooLarge` as soon as more than `limit` bytes have come; `NetworkError` when it breaks off.
    public func collect(upTo limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        for try await piece in self {
            guard whole.readableBytes + piece.readableBytes <= limit else { throw BodyTooLarge(limit: limit) }
            whole.writeImmutableBuffer(piece)
        }
        return whole
    }
}

/// A body that is held in memory outgrew its limit.
public struct BodyTooLarge: Error, Hashable, Sendable {
    /// The limit in bytes.
    public var limit: Int

    /// Names the limit.
    public init(limit: Int) { self.limit = limit }
}
