internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

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
    /// - Throws: `.disk`.
    init?(archive path: String) throws(PullError.Cause) {
        let file = try FileDescriptor.open(path, O_RDONLY)
        let members = try TarMember.all(in: file)
        func content(_ name: String, _ limit: Int64) -> [UInt8]? {
            members[name].flatMap { try? $0.read(from: file, upTo: limit) }
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

/// A regular file in a tar archive.
private struct TarMember {
    var offset: Int64
    var size: Int64

    /// The files of an archive by their names; what comes after a damaged header is not seen. Long names stay cut, since
    /// none that is looked for is long.
    ///
    /// - Throws: `.disk`.
    static func all(in file: borrowing FileDescriptor) throws(PullError.Cause) -> [String: TarMember] {
        var members: [String: TarMember] = [:]
        var offset: Int64 = 0
        var paxSize: Int64?
        for _ in 0..<memberLimit {
            let header = try read(file, at: offset, count: TarHeader.blockSize)
            guard header.count == TarHeader.blockSize, header[257..<262].elementsEqual("ustar".utf8),
                let ustarSize = octal(header[124..<136])
            else { return members }
            let size = paxSize ?? ustarSize
            paxSize = nil
            let content = offset + Int64(TarHeader.blockSize)
            let (end, overflow) = content.addingReportingOverflow(size)
            guard !overflow, end < .max - Int64(TarHeader.blockSize) else { return members }
            switch header[156] {
            case UInt8(ascii: "x") where size <= 1 << 20:
                paxSize = sizeRecord(try read(file, at: content, count: Int(size)))
            case UInt8(ascii: "0"), 0:
                let name = header[..<100].prefix { $0 != 0 }
                members[String(decoding: name, as: UTF8.self)] = TarMember(offset: content, size: size)
            default: break
            }
            offset = end + Int64(TarHeader.padding(after: size))
        }
        return members
    }

    /// - Throws: `.disk`; `.malformed` when the member is over `limit`.
    func read(from file: borrowing FileDescriptor, upTo limit: Int64) throws(PullError.Cause) -> [UInt8] {
        guard size <= limit else { throw .malformed("more than \(limit) bytes") }
        return try Self.read(file, at: offset, count: Int(size))
    }

    /// Images have some hundreds of members at most.
    private static let memberLimit = 10_000

    private static func read(
        _ file: borrowing FileDescriptor, at offset: Int64, count: Int
    ) throws(PullError.Cause) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let outcome: Result<Int, PullError.Cause> = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(PullError.Cause) in try file.read(into: buffer, at: offset) }
        }
        return Array(bytes.prefix(try outcome.get()))
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
        let digits = field.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The `size` of a pax header (POSIX.1 pax, "<length> size=<number>\n").
    private static func sizeRecord(_ records: [UInt8]) -> Int64? {
        records.split(separator: UInt8(ascii: "\n")).lazy.compactMap { record -> Int64? in
            let text = String(decoding: record, as: UTF8.self)
            guard let key = text.firstIndex(of: " "), text[key...].hasPrefix(" size=") else { return nil }
            return Int64(text[key...].dropFirst(6)).flatMap { $0 >= 0 ? $0 : nil }
        }.first
    }
}
