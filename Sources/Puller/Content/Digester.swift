internal import COpenSSL
internal import LabNet

/// A digest in the making: the boundary to OpenSSL's EVP digests.
///
/// It owns its context alone and frees it, hence it cannot be copied. It is `@unchecked Sendable` for the same reason:
/// the context has no other owner and OpenSSL ties it to no thread, so it moves with the value.
package struct Digester: ~Copyable, @unchecked Sendable {
    /// What is computed.
    let algorithm: Digest.Algorithm
    // EVP_MD_CTX: made by `start`, freed by `deinit`.
    private let context: OpaquePointer
    private var isSound = true

    private init(algorithm: Digest.Algorithm, owning context: OpaquePointer) {
        self.algorithm = algorithm
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Begins a digest of no bytes.
    ///
    /// - Throws: `.unsupported` when OpenSSL has no such algorithm (a provider that leaves it out) or no memory.
    package static func start(_ algorithm: Digest.Algorithm) throws(PullError.Cause) -> Digester {
        let method = algorithm == .sha256 ? EVP_sha256() : EVP_sha512()
        guard let context = EVP_MD_CTX_new() else { throw .unsupported(algorithm.rawValue) }
        let digester = Digester(algorithm: algorithm, owning: context)
        guard EVP_DigestInit_ex(context, method, nil) == 1 else { throw .unsupported(algorithm.rawValue) }
        return digester
    }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        isSound = EVP_DigestUpdate(context, base, bytes.count) == 1 && isSound
    }

    /// Ends the digest; to be called once.
    ///
    /// - Throws: `.unsupported` when OpenSSL failed at any step, or when it has ended already.
    package mutating func finalize() throws(PullError.Cause) -> Digest {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        defer { isSound = false }
        guard isSound, EVP_DigestFinal_ex(context, &bytes, &count) == 1,
            let digest = Digest(algorithm: algorithm, hex: bytes.prefix(Int(count)).hexadecimal)
        else { throw .unsupported(algorithm.rawValue) }
        return digest
    }

    /// The digest of bytes that are all in memory.
    ///
    /// - Throws: `.unsupported` as ``start(_:)`` does.
    static func digest(_ algorithm: Digest.Algorithm = .sha256, of bytes: [UInt8]) throws(PullError.Cause) -> Digest {
        var digester = try start(algorithm)
        bytes.withUnsafeBytes { digester.update($0) }
        return try digester.finalize()
    }
}
