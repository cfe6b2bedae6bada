public import NIOCore

/// What a request carries.
public enum HTTPRequestBody: Sendable {
    /// Bytes that are held in memory.
    case bytes(ByteBuffer)
    /// Bytes that are made while they are sent.
    case stream(HTTPBodyStream)

    /// The bytes, where they are in memory.
    public var bytes: ByteBuffer? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }
}

/// A request's body that is produced while it is sent.
///
/// A connection that was idle never carries one: it could turn out to be dead when a part is gone already. A final response
/// of 300 and above ends the sending at once (RFC 9112 9.3), and so does the end of any response; the connection is then
/// closed.
public struct HTTPBodyStream: Sendable {
    /// How many bytes there will be, for Content-Length; nil where nobody knows yet, and then it is sent in chunks.
    public var length: Int64?
    /// Writes all of it, in order. What it throws while more is wanted ends the exchange and comes through as it is.
    ///
    /// It is called once for every time that the request is sent.
    public var produce: @Sendable (any HTTPBodyWriting) async throws -> Void

    /// Joins the two.
    public init(length: Int64?, produce: @escaping @Sendable (any HTTPBodyWriting) async throws -> Void) {
        self.length = length
        self.produce = produce
    }
}

/// Takes the bytes of a request's body in their order, from one writer, and holds him back while the connection is full.
///
/// Both ways of writing throw `HTTPSendingEnded` when no more is wanted: the response, or the connection's failure, says why.
public protocol HTTPBodyWriting: Sendable {
    /// Writes bytes, and waits for room for them.
    func write(_ bytes: ByteBuffer) async throws

    /// Writes bytes, and holds the calling thread until there is room for them: only for threads that may block.
    func write(_ bytes: UnsafeRawBufferPointer) throws
}

/// The rest of a body is not wanted: the server has answered, the connection is gone, or the exchange was cancelled.
public struct HTTPSendingEnded: Error, Hashable, Sendable {
    /// Says so.
    public init() {}
}

/// A stream has another length than was announced; the bytes beyond it are not sent.
public struct HTTPBodyLengthMismatch: Error, Hashable, Sendable {
    /// What Content-Length says.
    public var announced: Int64
    /// The bytes of the stream: all of them, or up to and with the first piece that is too much.
    public var actual: Int64

    /// Joins the two.
    public init(announced: Int64, actual: Int64) {
        self.announced = announced
        self.actual = actual
    }
}
