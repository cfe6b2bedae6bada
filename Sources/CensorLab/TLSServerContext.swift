internal import COpenSSL
package import LabNet

/// The server's side of TLS for the lab: shows one certificate, speaks HTTP/1.1. Boundary to SSL_CTX.
package final class TLSServerContext: Sendable {
    /// What the server does with a hello that carries no server name.
    package enum Nameless: Hashable, Sendable {
        /// It shows its certificate all the same, as a server with a default does.
        case served
        /// It answers with the alert unrecognized_name (112, RFC 6066 3).
        case refused
    }

    /// The versions of TLS that a server may speak.
    package enum Versions: Hashable, Sendable, CaseIterable {
        /// 1.2 alone.
        case tls12
        /// 1.3 alone.
        case tls13
        /// Both.
        case both
    }

    /// Never changed after `init`, and OpenSSL guards its counts by itself.
    nonisolated(unsafe) private let context: OpaquePointer

    /// Makes a context for one certificate.
    ///
    /// - Throws: `CertificateAuthority.Failure` when the identity is malformed.
    package init(_ identity: ServerIdentity, versions: Versions = .both, nameless: Nameless = .served) throws {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw CertificateAuthority.Failure() }
        self.context = context
        guard
            shim_SSL_CTX_set_min_proto_version(context, versions == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION) == 1,
            shim_SSL_CTX_set_max_proto_version(context, versions == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1
        else { throw CertificateAuthority.Failure() }
        try show(identity)
        SSL_CTX_set_alpn_select_cb(context, Self.chooseHTTP, nil)
        if nameless == .refused { _ = shim_SSL_CTX_set_tlsext_servername_callback(context, Self.demandName) }
    }

    deinit { SSL_CTX_free(context) }

    /// The server's side of one connection, for a `TLSHandler`.
    package func session() throws -> TLSSession {
        guard let ssl = SSL_new(context) else { throw CertificateAuthority.Failure() }
        return try TLSSession(serving: ssl)
    }

    private func show(_ identity: ServerIdentity) throws {
        let certificate = try PEM.certificate(identity.certificate)
        defer { X509_free(certificate) }
        let key = try PEM.key(identity.key)
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_certificate(context, certificate) == 1, SSL_CTX_use_PrivateKey(context, key) == 1 else {
            throw CertificateAuthority.Failure()
        }
        for link in PEM.certificates(identity.chain) {
            defer { X509_free(link) }
            guard shim_SSL_CTX_add1_chain_cert(context, link) == 1 else { throw CertificateAuthority.Failure() }
        }
    }

    private static let chooseHTTP: SSL_CTX_alpn_select_cb_func = { _, chosen, count, offered, offeredCount, _ in
        // The answer must outlive the call: it is a piece of what the client offered.
        var position = 0
        while let offered, position < Int(offeredCount) {
            let length = Int(offered[position])
            let name = UnsafeBufferPointer(start: offered + position + 1, count: length)
            if name.elementsEqual("http/1.1".utf8) {
                chosen?.pointee = name.baseAddress
                count?.pointee = UInt8(length)
                return SSL_TLSEXT_ERR_OK
            }
            position += 1 + length
        }
        return SSL_TLSEXT_ERR_NOACK
    }

    private static let demandName:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
            ssl, alert, _ in
            if SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) != nil { return SSL_TLSEXT_ERR_OK }
            alert?.pointee = SSL_AD_UNRECOGNIZED_NAME
            return SSL_TLSEXT_ERR_ALERT_FATAL
        }
}
