internal import COpenSSL

/// What is told of a peer's certificate. Boundary to X509.
package struct PeerCertificate: Hashable, Sendable {
    /// The subject's alternative names (DNS names and addresses), or its common names where it has none of these.
    /// They come from the network and are not fit for a terminal as they are.
    package var names: [String]
    /// The SHA-256 of the DER, 32 bytes.
    package var digest: [UInt8]

    /// `sha256:<64 hex>`, as `-trust` takes it.
    package var fingerprint: String {
        let digits = Array("0123456789abcdef")
        return "sha256:" + String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] })
    }

    /// Reads an `X509 *`, which stays the caller's. Nil when OpenSSL cannot digest it.
    init?(borrowing certificate: OpaquePointer) {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        guard X509_digest(certificate, EVP_sha256(), &digest, &count) == 1, count == 32 else { return nil }
        self.digest = digest
        let alternatives = Self.alternativeNames(certificate)
        names = alternatives.isEmpty ? Self.commonNames(certificate) : alternatives
    }

    private static func alternativeNames(_ certificate: OpaquePointer) -> [String] {
        guard let list = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let names = OpaquePointer(list)
        defer { GENERAL_NAMES_free(names) }
        return (0..<shim_GENERAL_NAME_count(names)).compactMap { index in
            var type: Int32 = 0
            guard let name = shim_GENERAL_NAME_value(names, index),
                let value = GENERAL_NAME_get0_value(name, &type)
            else { return nil }
            // Only of these kinds is the value a string; of others it is another structure altogether.
            switch type {
            case GEN_DNS: return String(decoding: bytes(of: value), as: UTF8.self)
            case GEN_IPADD: return IPAddress(bytes: bytes(of: value))?.description
            default: return nil
            }
        }
    }

    /// The bytes of an `ASN1_STRING *`, which stay the certificate's.
    private static func bytes(of value: UnsafeMutableRawPointer) -> UnsafeBufferPointer<UInt8> {
        let string = value.assumingMemoryBound(to: ASN1_STRING.self)
        return UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
    }

    private static func commonNames(_ certificate: OpaquePointer) -> [String] {
        guard let subject = X509_get_subject_name(certificate) else { return [] }
        var names: [String] = []
        var position: Int32 = -1
        while true {
            position = X509_NAME_get_index_by_NID(subject, NID_commonName, position)
            guard position >= 0, let entry = X509_NAME_get_entry(subject, position) else { return names }
            var text: UnsafeMutablePointer<UInt8>?
            let count = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry))
            guard count >= 0, let text else { continue }
            defer { CRYPTO_free(text, #file, #line) }
            names.append(String(decoding: UnsafeBufferPointer(start: text, count: Int(count)), as: UTF8.self))
        }
    }
}
