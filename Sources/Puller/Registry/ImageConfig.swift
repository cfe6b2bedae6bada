internal import FoundationEssentials

/// What the pipeline needs of an image's configuration (OCI image-spec config.md).
struct ImageConfig: Hashable, Sendable {
    /// What the image runs on.
    var platform: Platform
    /// Of every layer the digest of its inflated bytes, lowest first.
    var diffIDs: [Digest]

    /// The largest configuration that is read.
    static let limit = 4 << 20

    /// What is known of a configuration that was made here.
    init(platform: Platform, diffIDs: [Digest]) {
        self.platform = platform
        self.diffIDs = diffIDs
    }

    /// Reads a configuration whose bytes have been verified; `layers` is how many the manifest names.
    init(_ bytes: [UInt8], layers: Int) throws(PullError.Cause) {
        let wire: Wire
        do {
            wire = try JSONDecoder().decode(Wire.self, from: Data(bytes))
        } catch {
            throw .malformed("the configuration is not JSON of the right shape")
        }
        let digests = (wire.rootfs?.diffIDs ?? []).map { Digest($0) }
        diffIDs = digests.compactMap { $0 }
        guard diffIDs.count == digests.count else { throw .malformed("a diff ID that is no digest") }
        guard diffIDs.count == layers else {
            throw .malformed("\(layers) layers, but \(diffIDs.count) diff IDs")
        }
        // Docker takes an absent system for Linux; an absent architecture stays empty and matches nothing.
        let os = wire.os ?? ""
        platform = Platform(
            os: os.isEmpty ? "linux" : os, architecture: wire.architecture ?? "", variant: wire.variant,
            osVersion: wire.osVersion)
    }

    private struct Wire: Decodable {
        var os: String?
        var architecture: String?
        var variant: String?
        var osVersion: String?
        var rootfs: RootFileSystem?

        struct RootFileSystem: Decodable {
            var diffIDs: [String]?

            enum CodingKeys: String, CodingKey { case diffIDs = "diff_ids" }
        }

        enum CodingKeys: String, CodingKey {
            case os, architecture, variant, rootfs
            case osVersion = "os.version"
        }
    }
}
