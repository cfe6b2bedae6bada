internal import COpenSSL
internal import NIOCore

/// What lies between a session and its peer: OpenSSL reads and writes NIO's buffers in place, without a copy of its own
/// between them. Boundary to BIO_METHOD.
final class TLSWire {
    /// What the peer sent and OpenSSL has not read yet.
    private var incoming = ByteBuffer()
    /// What OpenSSL has written and nobody has taken yet.
    private var outgoing = ByteBuffer()

    /// Makes a BIO that reads and writes here.
    ///
    /// - Returns: a BIO that the caller owns, nil when memory is short. It does not keep the wire alive: whoever holds
    ///   the BIO, or has given it to an SSL, holds the wire at least as long.
    func makeBIO() -> OpaquePointer? {
        guard let method = Self.method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    /// Appends what the peer sent; a buffer that finds the wire empty is not copied.
    func receive(_ bytes: ByteBuffer) {
        if incoming.readableBytes == 0 {
            incoming = bytes
        } else {
            incoming.writeImmutableBuffer(bytes)
        }
    }

    /// Makes room for what is about to be written.
    func reserve(_ count: Int) { outgoing.reserveCapacity(minimumWritableBytes: count) }

    /// What is to be sent to the peer, nil when there is nothing.
    func takeOutgoing() -> ByteBuffer? {
        guard outgoing.readableBytes > 0 else { return nil }
        defer { outgoing = ByteBuffer() }
        return outgoing
    }

    private func read(into space: UnsafeMutableRawBufferPointer) -> Int {
        incoming.readWithUnsafeReadableBytes { bytes in
            let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(space.count))
            space.copyMemory(from: piece)
            return piece.count
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) { outgoing.writeBytes(bytes) }

    private static func wire(of bio: OpaquePointer?) -> TLSWire? {
        BIO_get_data(bio).map { Unmanaged<TLSWire>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Made once and never changed or freed; OpenSSL only reads it.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire") else { return nil }
        BIO_meth_set_read_ex(method) { bio, space, count, done in
            guard let wire = wire(of: bio), let done else { return 0 }
            shim_BIO_clear_retry_flags(bio)
            done.pointee = wire.read(into: UnsafeMutableRawBufferPointer(start: space, count: count))
            if done.pointee > 0 { return 1 }
            // Nothing here is no end: whether the stream has ended is for the owner of the session to know.
            shim_BIO_set_retry_read(bio)
            return 0
        }
        BIO_meth_set_write_ex(method) { bio, bytes, count, done in
            guard let wire = wire(of: bio), let done else { return 0 }
            shim_BIO_clear_retry_flags(bio)
            wire.write(UnsafeRawBufferPointer(start: bytes, count: count))
            done.pointee = count
            return 1
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()
}
