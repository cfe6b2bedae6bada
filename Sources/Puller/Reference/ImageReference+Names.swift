internal import LabNet

extension ImageReference: CustomStringConvertible {
    /// The canonical form with everything in it: `docker.io/library/nginx:latest`.
    public var description: String { "\(domain)/\(path)\(suffix)" }

    /// The form that people use and that Docker shows: `nginx:latest`, `ghcr.io/a/b:tag`.
    public var familiar: String {
        guard domain == Self.dockerHub else { return description }
        return shortPath + suffix
    }

    /// The path without Docker Hub's `library/`, where nothing but the image's own name follows it.
    private var shortPath: String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return domain == Self.dockerHub && parts.count == 2 && parts[0] == "library" ? String(parts[1]) : path
    }

    private var suffix: String { (tag.map { ":" + $0 } ?? "") + (digest.map { "@\($0)" } ?? "") }
}

extension ImageReference {
    /// The archive's name when the user gives none: `nginx_latest_amd64.tar`, `name_sha256-<12 hex>_amd64.tar`.
    ///
    /// At most 200 bytes, so that the hidden name beside it fits into the 255 of every file system; a longer one keeps
    /// its beginning and its platform, and a checksum stands for the rest.
    ///
    /// - Parameter platform: nil for all platforms in one archive, `nginx_latest_all.tar`.
    public func archiveFileName(for platform: Platform?) -> String {
        let name = domain == Self.dockerHub ? shortPath : "\(domain)/\(path)"
        let version = tag ?? digest.map { "\($0.algorithm.rawValue)-\($0.short)" } ?? "latest"
        let stem = Self.fileName("\(name)_\(version)")
        let end = "_" + Self.fileName(platform?.fileNamePart ?? "all") + ".tar"
        guard stem.utf8.count + end.utf8.count > 200 else { return stem + end }
        let checksum = Self.checksum(description)
        return stem.prefix(max(0, 200 - end.utf8.count - checksum.count - 1)) + "-" + checksum + end
    }

    /// Only what no file system and no shell takes amiss.
    private static func fileName(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar -> Character in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": Character(scalar)
                default: "_"
                }
            })
    }

    /// FNV-1a, 64 bits, in hexadecimal: it tells names apart, nothing depends on it being hard to forge.
    private static func checksum(_ text: String) -> String {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }.hexadecimal
    }
}
