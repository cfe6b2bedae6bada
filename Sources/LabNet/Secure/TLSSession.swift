internal import COpenSSL
package import NIOCore

/// One side of one TLS connection, without I/O: bytes from the peer go in, bytes for the peer come out. Boundary to SSL.
///
/// A client's session comes from ``TLSContext`` alone and always verifies its peer. It lets no plaintext in or out
/// before ``handshake()`` has given a summary. Not Sendable: one owner, which is an event loop once a ``TLSHandler``
/// has it.
package final class TLSSession {
    let ssl: OpaquePointer
    /// What `ssl` reads and writes; it lives as long as `ssl` does.
    private let wire = TLSWire()
    /// What a client demands of its peer; nil on the server's side.
    let expectation: Expectation?
    /// What the one verification of a client's handshake came to.
    var verdict: Verdict?

    /// What the handshake agreed on; nil until it is done and, on the client's side, the peer verified.
    package private(set) var summary: TLSSummary?
    /// Whether the peer has said anything at all.
    package private(set) var hasReceived = false
    /// Whether the first flight has been given out.
    package private(set) var hasGreeted = false

    /// The server's side of a connection.
    ///
    /// - Parameter ssl: a fresh `SSL *`; the session owns it from now on and frees it, even when this throws.
    /// - Throws: `TLSFailure` when memory is short.
    package init(serving ssl: OpaquePointer) throws {
        self.ssl = ssl
        expectation = nil
        hasGreeted = true
        try attachWire()
        SSL_set_accept_state(ssl)
    }

    /// A client's side; see ``TLSContext/session(for:port:strategy:)``. Owns `ssl` as above.
    init(connecting ssl: OpaquePointer, expectation: Expectation) throws {
        self.ssl = ssl
        self.expectation = expectation
        try attachWire()
        SSL_set_connect_state(ssl)
        try prepareVerification(expectation)
    }

    deinit { SSL_free(ssl) }

    private func attachWire() throws {
        guard let bio = wire.makeBIO() else { throw TLSFailure(.tls("out of memory")) }
        // One BIO for both directions: `ssl` takes the one reference.
        SSL_set_bio(ssl, bio, bio)
    }
}

// MARK: Handshake

extension TLSSession {
    /// The ClientHello, shaped by the strategy.
    ///
    /// - Returns: what is to be written first, each element by its own `send` with TCP_NODELAY; empty when it has been
    ///   given out before, and on the server's side.
    /// - Throws: `TLSFailure` when there is no hello, or none that the strategy can shape.
    package func firstFlight() throws -> [[UInt8]] {
        guard let expectation, !hasGreeted else { return [] }
        hasGreeted = true
        guard try handshake() == nil, let flight = takeOutgoing(),
            let segments = HelloShape.segments(of: Array(flight.readableBytesView), strategy: expectation.strategy)
        else { throw TLSFailure(.tls("no ClientHello to shape")) }
        return segments
    }

    /// What is to be sent in the course of the handshake, each element by a write of its own.
    ///
    /// A server, or anybody on the way, can ask for another key share (RFC 8446 4.1.4): the second hello carries the name
    /// again, and is shaped as the first was.
    /// - Throws: `TLSFailure` when there is a hello that the strategy cannot shape; none of it may be sent then.
    func handshakeFlight() throws -> [ByteBuffer] {
        guard let flight = takeOutgoing() else { return [] }
        guard let strategy = expectation?.strategy else { return [flight] }
        let bytes = Array(flight.readableBytesView)
        // For boxes' sake a change of cipher may stand before it (RFC 8446 D.4).
        let change = bytes.starts(with: Self.changeCipherSpec) ? Self.changeCipherSpec.count : 0
        let hello = Array(bytes.dropFirst(change))
        guard ClientHello.message(in: hello) != nil else { return [flight] }
        guard let segments = HelloShape.segments(of: hello, strategy: strategy) else {
            throw TLSFailure(.tls("no second ClientHello to shape"))
        }
        return ([Array(bytes.prefix(change))] + segments).filter { !$0.isEmpty }.map { ByteBuffer(bytes: $0) }
    }

    private static let changeCipherSpec: [UInt8] = [20, 3, 3, 0, 1, 1]

    /// Goes on with the handshake as far as the bytes received allow; what is to be sent then lies in the session.
    ///
    /// - Returns: the summary once the handshake is done and the peer verified, nil while bytes are missing.
    /// - Throws: `TLSFailure`. An alert may lie ready to be sent; nothing else may be done with the session.
    package func handshake() throws -> TLSSummary? {
        if let summary { return summary }
        ErrorQueue.clear()
        let result = SSL_do_handshake(ssl)
        guard result == 1 else {
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: return nil
            // close_notify in place of an answer is an alert like any other (RFC 8446 6.1).
            case SSL_ERROR_ZERO_RETURN: throw TLSFailure(.alert(0))
            default: throw failure()
            }
        }
        let certificate = try verifiedCertificate()
        summary = TLSSummary(
            protocolVersion: String(cString: SSL_get_version(ssl)),
            cipher: String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl))),
            applicationProtocol: chosenProtocol, certificate: certificate)
        return summary
    }

    private var chosenProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        return count == 0 ? nil : String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// What the call that has just failed on this thread failed of.
    private func failure() -> TLSFailure {
        if case .refused(let problem) = verdict, ErrorQueue.isCertificateRefusal {
            return TLSFailure(.certificate(problem))
        }
        return TLSFailure(ErrorQueue.receivedAlert.map(NetworkError.Cause.alert) ?? .tls(ErrorQueue.reason))
    }
}

// MARK: Bytes

extension TLSSession {
    /// What reading came to.
    package enum ReadResult: Hashable, Sendable {
        /// All that can be decrypted has been.
        case needsMore
        /// The peer has said close_notify: the stream ended here, whole.
        case closed
    }

    /// Whether a record has come in part: its rest is on the way, or held back.
    package var isMidRecord: Bool { SSL_has_pending(ssl) == 1 }

    /// Takes in what the peer sent; nothing is decrypted yet.
    package func receive(_ ciphertext: ByteBuffer) {
        guard ciphertext.readableBytes > 0 else { return }
        hasReceived = true
        wire.receive(ciphertext)
    }

    /// Decrypts all that has been received, to the end of `plaintext`.
    ///
    /// - Parameter plaintext: need not grow when it has room for as many bytes as were received, and one record more.
    /// - Throws: `TLSFailure`; what stood before the failure is in `plaintext`. Before the handshake's end always.
    package func read(into plaintext: inout ByteBuffer) throws -> ReadResult {
        guard summary != nil else { throw TLSFailure(.tls("read before the handshake's end")) }
        while true {
            ErrorQueue.clear()
            var result: Int32 = 0
            plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1024) { space in
                var count = 0
                result = SSL_read_ex(ssl, space.baseAddress, space.count, &count)
                return count
            }
            if result == 1 { continue }
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: return .needsMore
            case SSL_ERROR_ZERO_RETURN: return .closed
            default: throw failure()
            }
        }
    }

    /// Encrypts all of `plaintext`; the records lie in the session until ``takeOutgoing()``.
    ///
    /// - Throws: `TLSFailure`; before the handshake's end always.
    package func write(_ plaintext: ByteBuffer) throws {
        guard summary != nil else { throw TLSFailure(.tls("write before the handshake's end")) }
        guard plaintext.readableBytes > 0 else { return }
        let records = plaintext.readableBytes / Self.largestRecord + 1
        wire.reserve(plaintext.readableBytes + records * Self.largestOverhead)
        ErrorQueue.clear()
        var written = 0
        let result = plaintext.withUnsafeReadableBytes { SSL_write_ex(ssl, $0.baseAddress, $0.count, &written) }
        guard result == 1 else { throw failure() }
    }

    /// Says close_notify; it lies in the session until ``takeOutgoing()``. Does nothing before the handshake's end.
    package func close() {
        guard summary != nil else { return }
        ErrorQueue.clear()
        SSL_shutdown(ssl)
    }

    /// What is to be sent to the peer, nil when there is nothing.
    package func takeOutgoing() -> ByteBuffer? { wire.takeOutgoing() }

    /// The plaintext of a full record (RFC 8446 5.2).
    static let largestRecord = 1 << 14
    /// More than any record adds to its plaintext: header, explicit nonce or padding, and authentication code.
    private static let largestOverhead = 128
}
