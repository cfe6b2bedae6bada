internal import FoundationEssentials

/// Where this machine keeps the authorities that it trusts.
struct SystemAuthorities: Equatable {
    /// PEM files with many certificates.
    var files: [String]
    /// Folders of certificates named by the hash of their subject (`openssl rehash`).
    var folders: [String]

    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` (colons between folders) where one is set, and nothing else then; else the
    /// first bundle and the hashed folders that are found.
    ///
    /// The library's own compiled-in place is of no use: the binary may have been built on another system.
    ///
    /// - Parameter contents: the names in a folder, nil where there is none.
    init(
        environment: [String: String], exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) },
        contents: (String) -> [String]? = { try? FileManager.default.contentsOfDirectory(atPath: $0) }
    ) {
        let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map { environment[$0] ?? "" }
        if named != ["", ""] {
            files = named[0].isEmpty ? [] : [named[0]]
            // A folder that is missing is skipped, as every reader of this variable does; a missing file is told.
            folders = named[1].split(separator: ":").map(String.init).filter(exists)
            return
        }
        folders = Self.hashedFolders.filter(exists)
        // To read a bundle of 140 certificates takes OpenSSL 3 some 40 ms, to look one up in a folder next to nothing.
        let isWhole = folders.contains { folder in
            (contents(folder) ?? []).count { $0.hasSuffix(".0") } >= Self.wholeStore
        }
        files = isWhole ? [] : Self.bundles.first(where: exists).map { [$0] } ?? []
    }

    /// A folder with so many hashes holds all that the system trusts, and not a few that somebody added to a bundle.
    private static let wholeStore = 50

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
