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
        let rows = platforms.map { Row(name: $0.platform.listName, platform: $0.platform, digest: $0.digest) }
        return String(decoding: try encoder.encode(rows), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private struct Row: Encodable {
        let name: String
        let platform: Platform
        let digest: Digest

        func encode(to encoder: any Encoder) throws {
            try platform.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(name, forKey: .name)
            try container.encode(digest, forKey: .digest)
        }

        private enum Key: String, CodingKey {
            case name, digest
        }
    }
}

extension Platform {
    /// The name in a list; Windows images differ by the build, so theirs stands beside it.
    fileprivate var label: String { osVersion.map { "\(listName) \($0)" } ?? listName }
}
