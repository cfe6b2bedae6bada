/// What a verified handshake agreed on.
package struct TLSSummary: Hashable, Sendable {
    /// `TLSv1.2` or `TLSv1.3`.
    package var protocolVersion: String
    /// OpenSSL's name of the cipher suite.
    package var cipher: String
    /// The protocol that ALPN chose (RFC 7301), nil where the peer chose none.
    package var applicationProtocol: String?
    /// The peer's certificate; nil on the server's side, where none is asked for.
    package var certificate: PeerCertificate?
}

/// Why TLS failed, in the words of ``NetworkError``.
///
/// ``TLSHandler`` fails its handshake with it, and sends it up the pipeline when TLS breaks later. There,
/// `.closedEarly` means that the stream ended without close_notify: it may have been cut short (RFC 8446 6.1).
package struct TLSFailure: Error, Hashable, Sendable {
    /// What went wrong.
    package var cause: NetworkError.Cause

    /// Names the cause.
    package init(_ cause: NetworkError.Cause) { self.cause = cause }
}
