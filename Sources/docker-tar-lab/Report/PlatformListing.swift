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

    /// A JSON array with one object a platform, see ``PlatformRow``.
    ///
    /// - Throws: see ``JSONText``.
    func json() throws -> [String] {
        try JSONText.lines(of: platforms.map { PlatformRow($0.platform, digest: $0.digest) })
    }
}

extension Platform {
    /// The name in a list; Windows images differ by the build, so theirs stands beside it.
    var label: String { normalised.osVersion.map { "\(listName) \($0)" } ?? listName }
}
