/// Inflates a layer as it streams by: gzip, zstd, bzip2, xz, or a plain tar that is passed through.
///
/// The first bytes decide and not the media type, as in Docker (moby, `archive.DetectCompression`): registries hold
/// layers that are labelled wrongly, and Docker pulls them.
package struct Inflater: ~Copyable {
    /// How the layer is compressed; nil until its first bytes have come.
    private(set) var encoding: Encoding?
    // The decoder of the encoding, where it has one.
    private var gzip: GzipInflate?
    private var zstd: ZstandardDecoder?
    private var bzip2: Bzip2Decoder?
    private var xz: XzDecoder?
    // The first bytes, until they can be told apart; at most one less than `Encoding.magicSize`.
    private var head: [UInt8] = []

    private let gzipEngine: GzipEngine

    /// Begins with no bytes.
    package init(gzip engine: GzipEngine = .fastest) { gzipEngine = engine }

    /// Whether bytes have come behind the end of a gzip layer that are none, and were left out; known at the end.
    private(set) var hasJunk = false

    /// Takes in the next bytes of the layer and hands on what they inflate to, in pieces of at most 256 KiB, or of the
    /// input's size where it is plain.
    ///
    /// - Throws: `.undecodable` on bytes that cannot be inflated; what `sink` throws.
    package mutating func push(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        if encoding == nil {
            let needed = max(0, Encoding.magicSize - head.count)
            head.append(contentsOf: input.prefix(needed))
            guard head.count >= Encoding.magicSize else { return }
            try decide(into: sink)
            try decode(UnsafeRawBufferPointer(rebasing: input.dropFirst(needed)), into: sink)
        } else {
            try decode(input, into: sink)
        }
    }

    /// Says that no more bytes come, and hands on what is left.
    ///
    /// - Throws: as ``push(_:into:)``, and `.undecodable` when the layer breaks off.
    package mutating func finish(into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        if encoding == nil { try decide(into: sink) }
        try gzip?.finish()
        hasJunk = gzip?.endsInJunk() ?? false
        try zstd?.finish()
        try bzip2?.finish()
        try xz?.finish(into: sink)
    }

    private mutating func decide(into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        let encoding = Encoding(head)
        switch encoding {
        case .plain: break
        case .gzip: gzip = try GzipInflate.start(engine: gzipEngine)
        case .zstd: zstd = try ZstandardDecoder.start()
        case .bzip2: bzip2 = try Bzip2Decoder.start()
        case .xz: xz = try XzDecoder.start()
        }
        self.encoding = encoding
        try head.withUnsafeBytes { try decode($0, into: sink) }
        head = []
    }

    private mutating func decode(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard !input.isEmpty else { return }
        if encoding == .plain { try sink(input) }
        try gzip?.push(input, into: sink)
        try zstd?.push(input, into: sink)
        try bzip2?.push(input, into: sink)
        try xz?.push(input, into: sink)
    }
}

/// How a layer is compressed, told by its first bytes.
enum Encoding: String, Hashable, Sendable {
    case plain, gzip, zstd, bzip2, xz

    /// So many bytes are enough to tell.
    static let magicSize = 6

    /// Looks at a layer's first `magicSize` bytes, or at all of them where there are fewer.
    init(_ head: some Collection<UInt8>) {
        if head.starts(with: [0x1f, 0x8b, 0x08]) {
            self = .gzip
        } else if head.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) || Self.isSkippableFrame(head) {
            self = .zstd
        } else if head.starts(with: "BZh".utf8) {
            self = .bzip2
        } else if head.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) {
            self = .xz
        } else {
            self = .plain
        }
    }

    // RFC 8878 3.1.2: 0x184D2A50 to 0x184D2A5F, little-endian.
    private static func isSkippableFrame(_ head: some Collection<UInt8>) -> Bool {
        guard let first = head.first, first & 0xf0 == 0x50 else { return false }
        return head.dropFirst().starts(with: [0x2a, 0x4d, 0x18])
    }
}
