internal import COpenSSL
internal import Synchronization

/// The trust and the settings that every TLS session of one transport shares. Boundary to SSL_CTX.
package final class TLSContext: Sendable {
    private let trust: TrustConfiguration
    private let system: SystemAuthorities
    private let registries: String
    private let form: HelloForm
    private let common: Settings
    /// Settings of hosts that have a folder in certs.d, by `host:port`; nil where it was looked for and not found.
    private let particular = Mutex<[String: Settings?]>([:])

    /// Reads the authorities.
    ///
    /// - Parameters:
    ///   - trust: what the user trusts besides the system's store.
    ///   - environment: of it, `SSL_CERT_FILE` and `SSL_CERT_DIR` are looked at.
    ///   - registries: the root of Docker's folders of certificates by registry.
    ///   - form: what every hello offers besides the name.
    /// - Throws: `TrustError` when what the user named cannot be used.
    package init(
        trust: TrustConfiguration, environment: [String: String], registries: String = "/etc/docker/certs.d",
        form: HelloForm = .standard
    ) throws(TrustError) {
        self.trust = trust
        self.registries = registries
        self.form = form
        system = SystemAuthorities(environment: environment)
        common = try Settings(form, system: system, trust: trust, registry: nil)
    }

    /// Makes the client's side of one connection, which is verified against `host` whatever the hello says.
    ///
    /// - Parameters:
    ///   - host: whose certificate the peer must show; an address literal is never named in the hello (RFC 6066 3).
    ///   - port: with `host`, decides which pin and which registry's certificates count.
    ///   - strategy: how the hello treats the server name.
    ///   - offersHTTP: whether the hello names HTTP/1.1 (ALPN, RFC 7301); DNS over TLS names nothing (RFC 7858).
    /// - Throws: `TrustError` when the registry's own certificates cannot be used; `TLSFailure` when OpenSSL refuses.
    package func session(
        for host: Host, port: UInt16, strategy: ServerNameStrategy, offersHTTP: Bool = true
    ) throws -> TLSSession {
        let settings = try settings(for: host, port: port)
        let pin = [port, nil].lazy.compactMap { self.trust.pins[CertificatePin.key(host: host, port: $0)] }.first
        ErrorQueue.clear()
        guard let ssl = SSL_new(settings.context) else { throw TLSFailure(.tls(ErrorQueue.reason)) }
        if !offersHTTP { SSL_set_alpn_protos(ssl, nil, 0) }
        return try TLSSession(
            connecting: ssl, expectation: TLSSession.Expectation(host: host, pin: pin, strategy: strategy))
    }

    /// Reads the registry's own certificates, if there are any, beside the cooperative pool;
    /// ``session(for:port:strategy:offersHTTP:)`` then finds them read.
    ///
    /// - Throws: `TrustError` when they cannot be used.
    package func prepare(for host: Host, port: UInt16) async throws(TrustError) {
        let outcome = await MemoryFile.blocking { () -> Result<Void, TrustError> in
            Result { () throws(TrustError) in _ = try self.settings(for: host, port: port) }
        }
        try outcome.get()
    }

    private func settings(for host: Host, port: UInt16) throws(TrustError) -> Settings {
        let key = CertificatePin.key(host: host, port: port)
        if let known = particular.withLock({ $0[key] }) { return known ?? common }
        // Two tasks may read the same folder at once; both get the same, and nobody waits for a disk under the lock.
        let registry = try RegistryCertificates(root: registries, host: host, port: port)
        let made = try registry.map { registry throws(TrustError) in
            try Settings(form, system: system, trust: trust, registry: registry)
        }
        particular.withLock { $0[key] = .some(made) }
        return made ?? common
    }
}

/// One SSL_CTX of a client, owned.
private final class Settings: Sendable {
    /// Never changed after `init`, and OpenSSL guards its inner counts and its store by locks of its own.
    nonisolated(unsafe) let context: OpaquePointer

    init(
        _ form: HelloForm, system: SystemAuthorities, trust: TrustConfiguration, registry: RegistryCertificates?
    ) throws(TrustError) {
        ErrorQueue.clear()
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw .library(ErrorQueue.reason) }
        self.context = context
        try configure()
        try offer(form)
        guard let store = SSL_CTX_get_cert_store(context) else { throw .library(ErrorQueue.reason) }
        let authorities = TrustStore(borrowing: store)
        for file in system.files + [trust.authorityFile].compactMap(\.self) + (registry?.authorities ?? []) {
            try authorities.add(file: file)
        }
        for folder in system.folders { try authorities.add(hashedFolder: folder) }
        if let folder = trust.authorityFolder { try authorities.add(folder: folder) }
        for identity in registry?.identities ?? [] { try present(identity) }
    }

    deinit { SSL_CTX_free(context) }

    /// One behaviour on every machine, whatever its openssl.cnf says.
    private func configure() throws(TrustError) {
        SSL_CTX_set_security_level(context, 2)
        SSL_CTX_set_options(
            context,
            shim_SSL_OP_NO_RENEGOTIATION() | shim_SSL_OP_NO_COMPRESSION() | shim_SSL_OP_NO_TICKET())
        // A resumed session would show no certificate to verify.
        _ = shim_SSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        SSL_CTX_set_cert_verify_callback(context, TLSSession.judge, nil)
        SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
        guard shim_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 else {
            throw .library(ErrorQueue.reason)
        }
    }

    /// What the hello says besides the name. The groups are always named: OpenSSL 3.5 would add a post-quantum share of
    /// 1.1 kB, and the hello would not fit one segment.
    private func offer(_ form: HelloForm) throws(TrustError) {
        let newest = form == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION
        let offer: (groups: String, older: String, newer: String, signatures: String?, protocols: [UInt8]) =
            switch form {
            case .standard, .tls12:
                (
                    "X25519:P-256:P-384", "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES",
                    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256", nil,
                    [8] + "http/1.1".utf8
                )
            case .small:
                (
                    "X25519:P-256", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
                    "TLS_AES_128_GCM_SHA256",
                    "ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:RSA+SHA256:RSA+SHA384:RSA+SHA512", []
                )
            }
        if form == .small {
            SSL_CTX_set_options(context, shim_SSL_OP_NO_ENCRYPT_THEN_MAC())
            // A session ID of 32 bytes that only imitates TLS 1.2 (RFC 8446 D.4).
            SSL_CTX_clear_options(context, shim_SSL_OP_ENABLE_MIDDLEBOX_COMPAT())
        }
        ErrorQueue.clear()
        guard shim_SSL_CTX_set_max_proto_version(context, newest) == 1,
            shim_SSL_CTX_set1_groups_list(context, offer.groups) == 1,
            SSL_CTX_set_cipher_list(context, offer.older) == 1,
            SSL_CTX_set_ciphersuites(context, offer.newer) == 1,
            offer.signatures.map({ shim_SSL_CTX_set1_sigalgs_list(context, $0) == 1 }) ?? true,
            // Unlike its kin, this call gives 0 for success.
            SSL_CTX_set_alpn_protos(context, offer.protocols, UInt32(offer.protocols.count)) == 0
        else { throw .library(ErrorQueue.reason) }
    }

    private func present(_ identity: RegistryCertificates.Identity) throws(TrustError) {
        ErrorQueue.clear()
        guard SSL_CTX_use_certificate_chain_file(context, identity.certificate) == 1 else {
            throw .notCertificates(path: identity.certificate, reason: ErrorQueue.reason)
        }
        guard SSL_CTX_use_PrivateKey_file(context, identity.key, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(context) == 1
        else { throw .clientKey(path: identity.key, reason: ErrorQueue.reason) }
    }
}
