internal import Puller

/// A platform of an image as JSON: `name`, `os`, `architecture`, `digest`, and `variant` and `os.version` where there are.
/// What stands for nothing (Docker's tools write an empty variant) is left out.
struct PlatformRow: Encodable {
    private let name: String
    private let os: String
    private let architecture: String
    private let variant: String?
    private let osVersion: String?
    private let digest: Digest?

    /// - Parameter digest: the digest of the platform's manifest; nil where it stands elsewhere.
    init(_ platform: Platform, digest: Digest?) {
        name = platform.listName
        os = platform.os
        architecture = platform.architecture
        variant = platform.variant.flatMap { $0.isEmpty ? nil : $0 }
        osVersion = platform.osVersion.flatMap { $0.isEmpty ? nil : $0 }
        self.digest = digest
    }

    private enum CodingKeys: String, CodingKey {
        case name, os, architecture, variant, digest
        case osVersion = "os.version"
    }
}
