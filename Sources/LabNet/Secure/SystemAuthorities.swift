internal import FoundationEssentials

/// Where this machine keeps the authorities that it trusts. Pure but for the question whether a file is there.
struct SystemAuthorities: Equatable {
    /// PEM files with many certificates.
    var files: [String]
    /// Folders of certificates named by the hash of their subject (`openssl rehash`).
    var folders: [String]

    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` (colons between folders) where they are set, as OpenSSL itself has it; else
    /// the first bundle and the folders that are found.
    ///
    /// The library's own compiled-in place is of no use: the binary may have been built on another system.
    init(environment: [String: String], exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }) {
        let file = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        let folders = environment["SSL_CERT_DIR"].flatMap { $0.isEmpty ? nil : $0 }?.split(separator: ":").map(
            String.init)
        self.files = file.map { [$0] } ?? (folders == nil ? Self.bundles.first(where: exists).map { [$0] } ?? [] : [])
        self.folders = folders ?? (file == nil ? Self.hashedFolders.filter(exists) : [])
    }

    private static let bundles = [
        "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Alpine, Arch, OpenWrt (ca-bundle), Synology DSM
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL 7 and later, Fedora
        "/etc/pki/tls/certs/ca-bundle.crt",  // RHEL 6, and a link on later ones
        "/etc/ssl/ca-bundle.pem",  // openSUSE
        "/etc/ssl/cert.pem",  // Alpine without the bundle, OpenWrt
        "/etc/pki/tls/cacert.pem",  // OpenELEC
        "/usr/share/ca-certificates/ca-certificates.crt",  // Synology DSM, older ones
    ]

    private static let hashedFolders = [
        "/etc/ssl/certs",  // Debian, openSUSE, OpenWrt (ca-certificates)
        "/etc/pki/ca-trust/extracted/pem/directory-hash",  // Fedora
    ]
}
