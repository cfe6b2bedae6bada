import COpenSSL
import Foundation
import LabNet
import Testing

@testable import CensorLab

/// An OpenSSL server in memory, as strict as a test wants it.
final class TestServer {
    private let context: OpaquePointer

    /// - Parameters:
    ///   - needsName: answers a hello without a server name with the alert 112.
    ///   - groups: the only ones that it takes key shares of.
    init(
        _ issued: IssuedCertificate, version: Int32? = nil, needsName: Bool = false, groups: String? = nil
    ) throws {
        context = try #require(SSL_CTX_new(TLS_server_method()))
        try #require(shim_SSL_CTX_set_min_proto_version(context, version ?? TLS1_2_VERSION) == 1)
        try #require(shim_SSL_CTX_set_max_proto_version(context, version ?? TLS1_3_VERSION) == 1)
        let certificate = try PEM.certificate(issued.certificate)
        defer { X509_free(certificate) }
        let key = try PEM.key(issued.key)
        defer { EVP_PKEY_free(key) }
        try #require(SSL_CTX_use_certificate(context, certificate) == 1)
        try #require(SSL_CTX_use_PrivateKey(context, key) == 1)
        for link in PEM.certificates(issued.chain) {
            defer { X509_free(link) }
            try #require(shim_SSL_CTX_add1_chain_cert(context, link) == 1)
        }
        SSL_CTX_set_alpn_select_cb(context, chooseFirst, nil)
        if let groups { try #require(shim_SSL_CTX_set1_groups_list(context, groups) == 1) }
        if needsName { _ = shim_SSL_CTX_set_tlsext_servername_callback(context, demandName) }
    }

    deinit { SSL_CTX_free(context) }

    func session() throws -> TLSSession { try TLSSession(serving: #require(SSL_new(context))) }

    /// Asks for a client certificate that this authority has signed, and accepts no client without one.
    func demandClientCertificate(signedBy authority: String) throws {
        let certificate = try PEM.certificate(authority)
        defer { X509_free(certificate) }
        try #require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }
}

/// The answer points into what the client offered: it outlives the call, as it must.
private let chooseFirst: SSL_CTX_alpn_select_cb_func = { _, chosen, count, offered, _, _ in
    guard let offered else { return SSL_TLSEXT_ERR_NOACK }
    count?.pointee = offered[0]
    chosen?.pointee = offered + 1
    return SSL_TLSEXT_ERR_OK
}

private let demandName:
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
        ssl, alert, _ in
        if SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) != nil { return SSL_TLSEXT_ERR_OK }
        alert?.pointee = SSL_AD_UNRECOGNIZED_NAME
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
