internal import COpenSSL

/// PEM text to OpenSSL's objects and back. Boundary to PEM_* over memory BIOs.
enum PEM {
    /// The first certificate; the caller frees it with `X509_free`.
    static func certificate(_ text: String) throws -> OpaquePointer {
        guard let found = reading(text, { PEM_read_bio_X509($0, nil, nil, nil) }) else {
            throw CertificateAuthority.Failure()
        }
        return found
    }

    /// All certificates, in order; the caller frees each with `X509_free`.
    static func certificates(_ text: String) -> [OpaquePointer] {
        // The end of the text is an error to OpenSSL.
        defer { ERR_clear_error() }
        return reading(text) { bio in
            Array(sequence(state: bio) { bio in PEM_read_bio_X509(bio, nil, nil, nil) })
        }
    }

    /// The private key; the caller frees it with `EVP_PKEY_free`.
    static func key(_ text: String) throws -> OpaquePointer {
        guard let found = reading(text, { PEM_read_bio_PrivateKey($0, nil, nil, nil) }) else {
            throw CertificateAuthority.Failure()
        }
        return found
    }

    /// What `write` puts into a BIO, as text; it gives 1 for success.
    static func text(_ write: (OpaquePointer?) -> Int32) throws -> String {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { throw CertificateAuthority.Failure() }
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(bio))
        guard BIO_read(bio, &bytes, Int32(bytes.count)) == bytes.count else { throw CertificateAuthority.Failure() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func reading<Value>(_ text: String, _ body: (OpaquePointer?) -> Value) -> Value {
        Array(text.utf8).withUnsafeBytes { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { BIO_free(bio) }
            return body(bio)
        }
    }
}
