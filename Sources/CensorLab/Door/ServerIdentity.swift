internal import COpenSSL
import LabNet

/// A certificate and its key, as a server presents them. Boundary to a server's SSL_CTX.
package final class ServerIdentity: Sendable {
    // Never changed after `init`; OpenSSL guards its inner counts by locks of its own. Owned: freed by `deinit`.
    nonisolated(unsafe) private let context: OpaquePointer

    /// Shows a certificate, with its chain, to everybody; speaks TLS 1.2 and 1.3.
    ///
    /// - Throws: `CertificateAuthority.Failure` when the PEM cannot be read, or certificate and key do not belong together.
    package init(_ issued: IssuedCertificate) throws {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw CertificateAuthority.Failure() }
        self.context = context
        let certificate = try PEM.certificate(issued.certificate)
        defer { X509_free(certificate) }
        let key = try PEM.key(issued.key)
        defer { EVP_PKEY_free(key) }
        guard shim_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1,
            SSL_CTX_use_certificate(context, certificate) == 1, SSL_CTX_use_PrivateKey(context, key) == 1
        else { throw CertificateAuthority.Failure() }
        for link in PEM.certificates(issued.chain) {
            defer { X509_free(link) }
            guard shim_SSL_CTX_add1_chain_cert(context, link) == 1 else { throw CertificateAuthority.Failure() }
        }
    }

    deinit { SSL_CTX_free(context) }

    /// The server's side of a new connection.
    ///
    /// - Throws: `CertificateAuthority.Failure` or `TLSFailure` when memory is short.
    func session() throws -> TLSSession {
        guard let ssl = SSL_new(context) else { throw CertificateAuthority.Failure() }
        return try TLSSession(serving: ssl)
    }
}
