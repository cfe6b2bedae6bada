/// What an image runs on: operating system, architecture, and their variants.
public struct Platform: Hashable, Sendable, Codable {
    /// GOOS: `linux`, `windows`.
    public var os: String
    /// GOARCH: `amd64`, `arm64`, `arm`.
    public var architecture: String
    /// `v7` and the like.
    public var variant: String?
    /// The build of Windows.
    public var osVersion: String?

    /// Puts the parts together as they are.
    public init(os: String, architecture: String, variant: String? = nil, osVersion: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
        self.osVersion = osVersion
    }

    /// The one that most people mean who name none: Linux on amd64.
    public static let usual = Platform(os: "linux", architecture: "amd64")

    enum CodingKeys: String, CodingKey {
        case os, architecture, variant
        case osVersion = "os.version"
    }
}
