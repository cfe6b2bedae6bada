internal import LabNet
internal import COpenSSL
package import Puller

extension Digest {
    /// The SHA-256 of these bytes, by OpenSSL's one-shot call. It shares no code with the pipeline that it is set against.
    ///
    /// - Throws: `LabFailure` when OpenSSL cannot compute it (a provider without SHA-256).
    package init(of bytes: some Collection<UInt8>) throws {
        var hash = [UInt8](repeating: 0, count: 32)
        var count = 0
        let input = Array(bytes)
        guard EVP_Q_digest(nil, "SHA256", nil, input, input.count, &hash, &count) == 1, count == hash.count,
            let digest = Digest(algorithm: .sha256, hex: hash.hexadecimal)
        else { throw LabFailure("OpenSSL does not compute SHA-256") }
        self = digest
    }
}
