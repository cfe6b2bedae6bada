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
    // Where bytes stand that are handed on; nil as long as nobody wants them so.
    private var block: ByteBlock?

    private let gzipEngine: GzipEngine

    /// Begins with no bytes.
    package init(gzip engine: GzipEngine = .fastest) { gzipEngine = engine }

    /// Whether bytes have come behind the end of a gzip layer that are none, and were left out; known at the end.
    private(set) var hasJunk = false

    /// Inflates until the output is full or the input is used up, which then begins behind what was read.
    ///
    /// - Returns: how much of the output is filled; where all of it is, more may be to come even without input.
    /// - Throws: `.undecodable` on bytes that cannot be inflated.
    mutating func inflate(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        if encoding == nil {
            let taken = min(input.count, Encoding.magicSize - head.count)
            head.append(contentsOf: input.prefix(taken))
            input = input.rest(from: taken)
            guard head.count >= Encoding.magicSize else { return 0 }
            try decide()
        }
        let filled = try decodeHead(into: output)
        guard head.isEmpty, filled < output.count else { return filled }
        return try filled + decode(&input, into: output.rest(from: filled))
    }

    /// Says that no more bytes come, and fills the output with what is left.
    ///
    /// - Returns: how much of the output is filled; where all of it is, more is to come.
    /// - Throws: as ``inflate(_:into:)``, and `.undecodable` when the layer breaks off.
    mutating func finish(into output: UnsafeMutableRawBufferPointer) throws(PullError.Cause) -> Int {
        if encoding == nil { try decide() }
        var filled = try decodeHead(into: output)
        guard head.isEmpty, filled < output.count else { return filled }
        filled += try xz?.finish(into: output.rest(from: filled)) ?? 0
        guard filled < output.count else { return filled }
        try gzip?.finish()
        hasJunk = gzip?.endsInJunk() ?? false
        try zstd?.finish()
        try bzip2?.finish()
        return filled
    }

    private mutating func decide() throws(PullError.Cause) {
        let encoding = Encoding(head)
        switch encoding {
        case .plain: break
        case .gzip: gzip = try GzipInflate.start(engine: gzipEngine)
        case .zstd: zstd = try ZstandardDecoder.start()
        case .bzip2: bzip2 = try Bzip2Decoder.start()
        case .xz: xz = try XzDecoder.start()
        }
        self.encoding = encoding
    }

    /// The first bytes have their turn before all others.
    private mutating func decodeHead(into output: UnsafeMutableRawBufferPointer) throws(PullError.Cause) -> Int {
        guard !head.isEmpty else { return 0 }
        let first = head
        let outcome = first.withUnsafeBytes { first in
            var rest = first
            let filled = Result { () throws(PullError.Cause) in try decode(&rest, into: output) }
            head = Array(rest)
            return filled
        }
        return try outcome.get()
    }

    private mutating func decode(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        switch encoding {
        case .gzip: return try gzip?.decode(&input, into: output) ?? 0
        case .zstd: return try zstd?.decode(&input, into: output) ?? 0
        case .bzip2: return try bzip2?.decode(&input, into: output) ?? 0
        case .xz: return try xz?.decode(&input, into: output) ?? 0
        case .plain, nil:
            let count = min(input.count, output.count)
            output.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.prefix(count)))
            input = input.rest(from: count)
            return count
        }
    }
}

/// Inflating where nobody has to wait: what comes out is handed on at once, in pieces of at most ``ByteBlock/usualSize``
/// bytes, or of the input's size where it is plain.
extension Inflater {
    /// Takes in the next bytes of the layer and hands on what they inflate to.
    ///
    /// - Throws: `.undecodable` on bytes that cannot be inflated; what `sink` throws.
    package mutating func push(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        if encoding == .plain, head.isEmpty { return try sink(input) }
        var rest = input
        try drain(into: sink) { inflater, output throws(PullError.Cause) in try inflater.inflate(&rest, into: output) }
    }

    /// Says that no more bytes come, and hands on what is left.
    ///
    /// - Throws: as ``push(_:into:)``, and `.undecodable` when the layer breaks off.
    package mutating func finish(into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try drain(into: sink) { inflater, output throws(PullError.Cause) in try inflater.finish(into: output) }
    }

    private mutating func drain(
        into sink: (UnsafeRawBufferPointer) throws -> Void,
        _ step: (inout Inflater, UnsafeMutableRawBufferPointer) throws(PullError.Cause) -> Int
    ) throws {
        let block = block ?? ByteBlock()
        self.block = block
        var count = 0
        repeat {
            count = try step(&self, block.bytes)
            if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: block.bytes[..<count])) }
        } while count == block.bytes.count
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

extension UnsafeRawBufferPointer {
    /// What follows so many bytes.
    func rest(from count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[count...]) }
}

extension UnsafeMutableRawBufferPointer {
    /// What follows so many bytes.
    func rest(from count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: self[count...])
    }
}
