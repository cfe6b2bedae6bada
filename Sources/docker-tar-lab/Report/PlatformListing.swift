internal import FoundationEssentials
internal import Puller

/// The platforms of an image, as `list` prints them and as an error shows them.
struct PlatformListing {
    private let platforms: [AvailablePlatform]

    /// Takes the platforms in the order in which the index has them.
    init(_ platforms: [AvailablePlatform]) { self.platforms = platforms }

    /// The form that scripts know: a fixed heading, then one name a line, Windows with its build.
    var lines: [String] { ["Available Architecture:"] + platforms.map(\.platform.label) }

    /// Names and digests in two columns.
    var table: [String] {
        let width = platforms.map { DisplayWidth.of($0.platform.label) }.max() ?? 0
        return platforms.map { "\(DisplayWidth.padded($0.platform.label, to: width))  \($0.digest)" }
    }

    /// A JSON array with one object a platform: `name`, `os`, `architecture`, `digest`, and `variant` and `os.version` where there are.
    ///
    /// - Throws: what `JSONEncoder` throws; strings alone do not make it.
    func json() throws -> [String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(platforms.map(Row.init)), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    /// What stands for nothing (Docker's tools write an empty variant) is left out.
    private struct Row: Encodable {
        let name: String
        let os: String
        let architecture: String
        let variant: String?
        let osVersion: String?
        let digest: Digest

        init(_ available: AvailablePlatform) {
            let platform = available.platform
            name = platform.listName
            os = platform.os
            architecture = platform.architecture
            variant = platform.variant.flatMap { $0.isEmpty ? nil : $0 }
            osVersion = platform.osVersion.flatMap { $0.isEmpty ? nil : $0 }
            digest = available.digest
        }

        private enum CodingKeys: String, CodingKey {
            case name, os, architecture, variant, digest
            case osVersion = "os.version"
        }
    }
}

extension Platform {
    /// The name in a list; Windows images differ by the build, so theirs stands beside it.
    fileprivate var label: String { normalised.osVersion.map { "\(listName) \($0)" } ?? listName }
}
