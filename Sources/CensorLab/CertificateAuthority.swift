internal import COpenSSL
package import LabNet

/// A certificate authority in memory: it makes certificates as good or as bad as a scenario needs. A value of PEM text.
package struct CertificateAuthority: Sendable {
    /// Its own certificate.
    package let certificate: String
    /// What clients need to reach the root that they trust: nothing under the root itself.
    private let chain: String
    private let key: String

    /// Makes a self-signed root.
    ///
    /// - Parameter clock: what the thirty days of its validity go by.
    /// - Throws: `Failure` with OpenSSL's words.
    package init(named name: String, by clock: WorldClock = WorldClock()) throws {
        let made = try Self.make(
            CertificateRequest(commonName: name).dated(by: clock), signer: nil, isAuthority: true)
        certificate = made.certificate
        key = made.key
        chain = ""
    }

    private init(certificate: String, key: String, chain: String) {
        self.certificate = certificate
        self.key = key
        self.chain = chain
    }

    /// Makes an authority beneath this one.
    package func intermediate(named name: String) throws -> CertificateAuthority {
        let made = try Self.make(CertificateRequest(commonName: name), signer: self, isAuthority: true)
        return CertificateAuthority(certificate: made.certificate, key: made.key, chain: made.certificate + chain)
    }

    /// Makes a certificate, with the intermediates that lead to the root.
    package func issue(_ request: CertificateRequest) throws -> IssuedCertificate {
        let made = try Self.make(request, signer: self, isAuthority: false)
        return IssuedCertificate(certificate: made.certificate, chain: chain, key: made.key)
    }

    /// Makes a certificate that nobody vouches for.
    package static func selfSigned(_ request: CertificateRequest) throws -> IssuedCertificate {
        let made = try make(request, signer: nil, isAuthority: false)
        return IssuedCertificate(certificate: made.certificate, chain: "", key: made.key)
    }

    /// OpenSSL would not do it; its words.
    package struct Failure: Error, Hashable, Sendable {
        /// Its words.
        package var reason: String

        init() { reason = ERR_reason_error_string(ERR_peek_last_error()).map(String.init(cString:)) ?? "unknown" }
    }
}

/// What stands in a certificate.
package struct CertificateRequest: Hashable, Sendable {
    /// The subject alternative names; wildcards are allowed.
    package var names: [String]
    /// The subject alternative addresses.
    package var addresses: [IPAddress]
    /// The subject's common name.
    package var commonName: String
    /// From when until when it is valid, in seconds from now.
    package var validity: Range<Int>
    /// Which side of TLS it is for.
    package var usage: Usage

    /// The extended key usages (RFC 5280 4.2.1.12).
    package enum Usage: String, Hashable, Sendable {
        /// A server's certificate.
        case server = "serverAuth"
        /// A client's certificate.
        case client = "clientAuth"
    }

    /// A server's, valid from an hour ago for thirty days, unless said otherwise.
    package init(
        names: [String] = [], addresses: [IPAddress] = [], commonName: String = "CensorLab",
        validity: Range<Int> = -3600..<30 * 86_400, usage: Usage = .server
    ) {
        self.usage = usage
        self.names = names
        self.addresses = addresses
        self.commonName = commonName
        self.validity = validity
    }

    /// The same, made by somebody whose clock is this.
    package func dated(by clock: WorldClock) -> CertificateRequest {
        var request = self
        request.validity = validity.lowerBound + clock.seconds..<validity.upperBound + clock.seconds
        return request
    }
}

/// What one side of TLS shows, and the key that proves it; all of it PEM.
package struct IssuedCertificate: Hashable, Sendable {
    /// Its own certificate.
    package var certificate: String
    /// The intermediates, the one that signed the certificate first; "" under the root, and where they are forgotten.
    package var chain: String
    /// The private key, without a passphrase.
    package var key: String

    /// All that is shown, its own first.
    package var certificates: String { certificate + chain }
}

extension CertificateAuthority {
    /// Makes one certificate; `signer` nil signs it with its own key.
    private static func make(
        _ request: CertificateRequest, signer: CertificateAuthority?, isAuthority: Bool
    ) throws -> (certificate: String, key: String) {
        guard let key = shim_EVP_EC_gen("P-256") else { throw Failure() }
        defer { EVP_PKEY_free(key) }
        guard let certificate = X509_new() else { throw Failure() }
        defer { X509_free(certificate) }
        let issuer = try signer.map { try PEM.certificate($0.certificate) }
        defer { X509_free(issuer) }
        let signingKey = try signer.map { try PEM.key($0.key) }
        defer { EVP_PKEY_free(signingKey) }

        try describe(certificate, request, key: key, issuer: issuer ?? certificate)
        try extend(certificate, request, issuer: issuer ?? certificate, isAuthority: isAuthority)
        guard X509_sign(certificate, signingKey ?? key, EVP_sha256()) > 0 else { throw Failure() }
        return (
            try PEM.text { PEM_write_bio_X509($0, certificate) },
            try PEM.text { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
        )
    }

    private static func describe(
        _ certificate: OpaquePointer, _ request: CertificateRequest, key: OpaquePointer, issuer: OpaquePointer
    ) throws {
        let subject = X509_get_subject_name(certificate)
        guard X509_set_version(certificate, 2) == 1,  // 2 means version 3 (RFC 5280 4.1.2.1)
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), UInt64.random(in: 1...(.max >> 1))) == 1,
            X509_gmtime_adj(X509_getm_notBefore(certificate), request.validity.lowerBound) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), request.validity.upperBound) != nil,
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, request.commonName, -1, -1, 0) == 1,
            X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1,
            X509_set_pubkey(certificate, key) == 1
        else { throw Failure() }
    }

    private static func extend(
        _ certificate: OpaquePointer, _ request: CertificateRequest, issuer: OpaquePointer, isAuthority: Bool
    ) throws {
        let names = request.names.map { "DNS:\($0)" } + request.addresses.map { "IP:\($0)" }
        var extensions = [(NID_subject_key_identifier, "hash")]
        if isAuthority {
            extensions += [
                (NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
            ]
        } else {
            extensions += [(NID_basic_constraints, "critical,CA:FALSE"), (NID_ext_key_usage, request.usage.rawValue)]
        }
        if !names.isEmpty { extensions.append((NID_subject_alt_name, names.joined(separator: ","))) }
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        for (kind, value) in extensions {
            guard let made = X509V3_EXT_conf_nid(nil, &context, kind, value) else { throw Failure() }
            defer { X509_EXTENSION_free(made) }
            guard X509_add_ext(certificate, made, -1) == 1 else { throw Failure() }
        }
    }
}
