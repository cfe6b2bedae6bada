import Puller

extension LabImage {
    /// An image of 300 kB that is ready at once and the same everywhere, for those who look at the way and not at the goods.
    ///
    /// - Parameter release: which of the images that have had this name; each is another.
    /// - Throws: `LabFailure` when zlib or OpenSSL has no memory.
    package static func compact(
        repository: String = "demo/compact", tag: String = "latest", release: UInt64 = 1
    ) throws -> LabImage {
        var noise = SplitMix(state: release)
        // Noise does not shrink: a stream of it is long enough to be cut.
        let bytes = (0..<300_000).map { _ in UInt8.random(in: .min ... .max, using: &noise) }
        let shared = try Layer([LayerFile(path: "var/noise", content: .bytes(bytes, isExecutable: false))])
        let variants = try ["amd64", "arm64"].map { architecture in
            let mark = LayerFile(
                path: "etc/lab-release", content: .bytes(Array(architecture.utf8), isExecutable: false))
            let platform = Platform(os: "linux", architecture: architecture)
            return Variant(platform: platform, layers: [shared, try Layer([mark])])
        }
        return try LabImage(repository: repository, tag: tag, variants: variants)
    }
}
