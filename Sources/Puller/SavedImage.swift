internal import FoundationEssentials

/// What an archive says of the image in it: by this an archive is known again that an earlier pull has made.
struct SavedImage: Hashable, Sendable {
    /// The names under which it loads; empty for one that was pulled by digest.
    var names: Set<String>
    /// The name of the configuration's member without folder and ending: its digest in hexadecimal.
    var config: String
    /// What it runs on.
    var platform: Platform

    /// Reads the plan of an archive; nil when it holds no `manifest.json` of one image.
    init?(members: [ArchiveMember], platform: Platform) {
        let manifest = members.first { $0.path == Self.manifestPath }
        guard case .bytes(let bytes)? = manifest?.content else { return nil }
        self.init(manifest: bytes) { _ in platform }
    }

    /// Reads an archive on disk; nil for whatever is not an uncompressed archive of one image. It blocks.
    ///
    /// - Throws: `.disk`; `CancellationError`.
    init?(archive path: String) throws {
        let file = try OpenFile(path)
        // What comes after a damaged header is not seen.
        let index = try TarIndex(file, size: file.size)
        func content(_ name: String, _ limit: Int64) -> [UInt8]? {
            guard let entry = index.file(name), entry.size <= limit else { return nil }
            return try? file.bytes(at: entry.offset, count: Int(entry.size))
        }
        guard let manifest = content(Self.manifestPath, Self.manifestLimit) else { return nil }
        self.init(manifest: manifest) { config in
            guard let bytes = content(config, Int64(ImageConfig.limit)) else { return nil }
            return try? JSONDecoder().decode(Platform.self, from: Data(bytes))
        }
    }

    private init?(manifest: [UInt8], platform: (_ config: String) -> Platform?) {
        guard let images = try? JSONDecoder().decode([Entry].self, from: Data(manifest)), images.count == 1,
            let image = images.first, let platform = platform(image.config)
        else { return nil }
        names = Set(image.names ?? [])
        let file = image.config.split(separator: "/").last ?? ""
        config = String(file.hasSuffix(".json") ? file.dropLast(5) : file)
        self.platform = platform.normalised
    }

    /// Whether the other is the same image, or the same name and platform at another time.
    func isSame(as other: SavedImage) -> Bool {
        let hasSameName = !names.isEmpty && names == other.names && platform == other.platform
        // The configuration alone tells what a digest named, and it holds the platform.
        return hasSameName || (names == other.names && config == other.config)
    }

    private struct Entry: Decodable {
        var config: String
        var names: [String]?

        enum CodingKeys: String, CodingKey {
            case config = "Config"
            case names = "RepoTags"
        }
    }

    private static let manifestPath = "manifest.json"
    private static let manifestLimit: Int64 = 1 << 20
}
