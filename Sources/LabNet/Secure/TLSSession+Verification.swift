internal import COpenSSL

extension TLSSession {
    /// What a client demands of its peer, and how it greets it.
    struct Expectation {
        /// For whom the peer's certificate must be valid.
        let host: Host
        /// The SHA-256 of the only certificate that is accepted, where the user pinned one.
        let pin: [UInt8]?
        /// How the hello treats the server name.
        let strategy: ServerNameStrategy
    }

    /// What the verification of the peer's certificate came to.
    enum Verdict {
        /// Valid for the host, or the pinned one.
        case accepted
        /// Neither; the handshake ends here.
        case refused(NetworkError.CertificateProblem)
    }

    /// Tells OpenSSL for whom the certificate must be valid, which is one thing, and what the hello says, another.
    func prepareVerification(_ expectation: Expectation) throws {
        ErrorQueue.clear()
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        let parameters = SSL_get0_param(ssl)
        X509_VERIFY_PARAM_set_hostflags(
            parameters, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        let isSet =
            switch expectation.host {
            case .name(let name): X509_VERIFY_PARAM_set1_host(parameters, name, 0)
            case .address(let address): X509_VERIFY_PARAM_set1_ip_asc(parameters, address.description)
            }
        guard isSet == 1 else { throw TLSFailure(.tls(ErrorQueue.reason)) }
        guard let name = expectation.shownName else { return }
        guard shim_SSL_set_tlsext_host_name(ssl, name) == 1 else { throw TLSFailure(.tls(ErrorQueue.reason)) }
    }

    /// OpenSSL's call for a verdict on the chain that the peer sent: 1 to accept it.
    ///
    /// It finds the session in the SSL. Whatever is missing on the way there refuses.
    static let judge: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { store, _ in
        guard let store,
            let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
            let opaque = SSL_get_ex_data(OpaquePointer(ssl), 0)
        else { return 0 }
        return Unmanaged<TLSSession>.fromOpaque(opaque).takeUnretainedValue().judge(store)
    }

    private func judge(_ store: OpaquePointer) -> Int32 {
        guard let expectation, let leaf = X509_STORE_CTX_get0_cert(store),
            let certificate = PeerCertificate(borrowing: leaf)
        else { return 0 }
        let isAccepted =
            if let pin = expectation.pin {
                // The pin is the whole judgement: it makes this certificate good, and every other one bad.
                certificate.digest == pin
            } else {
                X509_verify_cert(store) == 1
            }
        if isAccepted {
            verdict = .accepted
            return 1
        }
        if expectation.pin != nil { X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED) }
        let code = X509_STORE_CTX_get_error(store)
        verdict = .refused(
            NetworkError.CertificateProblem(
                code: Int(code), reason: String(cString: X509_verify_cert_error_string(Int(code))),
                names: certificate.names, fingerprint: certificate.fingerprint))
        return 0
    }

    /// The peer's certificate, once the handshake is done: nil for a server, which asks for none.
    ///
    /// - Throws: `TLSFailure` when a client's peer has not passed ``judge(_:)``, however the handshake ended.
    func verifiedCertificate() throws -> PeerCertificate? {
        guard expectation != nil else { return nil }
        guard case .accepted = verdict, SSL_get_verify_result(ssl) == Int(X509_V_OK),
            let leaf = SSL_get0_peer_certificate(ssl), let certificate = PeerCertificate(borrowing: leaf)
        else { throw TLSFailure(.tls("the peer was not verified")) }
        return certificate
    }
}

extension TLSSession.Expectation {
    /// What the hello's server name says; address literals are never named (RFC 6066 3).
    var shownName: String? {
        switch (strategy, host) {
        case (.omit, _): nil
        case (.alter(let other), _): other
        case (_, .name(let name)): name
        case (_, .address): nil
        }
    }
}
