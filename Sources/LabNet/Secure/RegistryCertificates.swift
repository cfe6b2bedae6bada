internal import FoundationEssentials

/// What `/etc/docker/certs.d/HOST[:PORT]` holds for one registry, as Docker reads it: `*.crt` are authorities beside the
/// system's, `*.cert` a client certificate whose key is the `*.key` of the same name.
struct RegistryCertificates: Equatable {
    /// PEM files of authorities.
    var authorities: [String] = []
    /// Client certificates (PEM, chain included) with their keys.
    var identities: [Identity] = []

    /// One client certificate.
    struct Identity: Equatable {
        /// The certificate, and its chain.
        var certificate: String
        /// Its key, without a passphrase.
        var key: String
    }

    /// Reads the folders for this host and port under `root`; nil where there is none.
    ///
    /// `HOST:PORT` is looked for, and `HOST` alone where the port is 443, which image names leave out.
    init?(root: String, host: Host, port: UInt16) throws(TrustError) {
        let folders = ["\(root)/\(host.bracketed):\(port)"] + (port == 443 ? ["\(root)/\(host.bracketed)"] : [])
        let present = folders.filter { FileManager.default.fileExists(atPath: $0) }
        guard !present.isEmpty else { return nil }
        for folder in present {
            let files = try TrustStore.files(of: folder)
            authorities += files.filter { $0.hasSuffix(".crt") }
            for certificate in files where certificate.hasSuffix(".cert") {
                let key = certificate.dropLast(".cert".count) + ".key"
                guard files.contains(String(key)) else { throw .clientKey(path: String(key), reason: "no such file") }
                identities.append(Identity(certificate: certificate, key: String(key)))
            }
        }
    }
}
