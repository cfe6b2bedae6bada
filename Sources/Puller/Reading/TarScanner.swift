/// Goes through the headers of a tar archive: a value that says which bytes it wants next, and knows nothing of where they
/// come from.
struct TarScanner: Sendable {
    /// What stands next in the archive.
    enum Wish: Hashable, Sendable {
        /// The header block at this place.
        case header(at: Int64)
        /// The content of an extended header.
        case content(at: Int64, count: Int)
        /// Nothing; the archive has ended.
        case nothing
    }

    /// What an extended header has at most, as in Go's archive/tar.
    static let extensionLimit: Int64 = 1 << 20

    /// What is to be handed in next.
    private(set) var wish = Wish.header(at: 0)
    /// The member whose header came last.
    private(set) var latest: TarEntry?
    private var start: Int64 = 0
    private var hasZeros = false
    private var pending = TarExtension()
    /// The kind of the extended header whose content is awaited.
    private var awaited: UInt8 = 0

    /// Takes in the header block that was wished for.
    ///
    /// - Parameter block: 512 bytes, or fewer where the archive ends; none ends it in order.
    /// - Returns: the member that it is the header of; nil for extended headers, and for the end.
    mutating func take(header block: [UInt8]) throws(TarDamage) -> TarEntry? {
        guard case .header(let place) = wish else { return nil }
        guard !block.isEmpty else {
            wish = .nothing
            return nil
        }
        guard block.count == TarHeader.blockSize else { throw .truncated }
        let content = place + Int64(TarHeader.blockSize)
        guard let header = try TarBlock(block) else {
            wish = hasZeros ? .nothing : .header(at: content)
            hasZeros = true
            return nil
        }
        guard !hasZeros else { throw .halfAnEnd }
        switch header.type {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            guard header.size <= Self.extensionLimit else { throw .extensionTooLong }
            awaited = header.type
            wish = .content(at: content, count: Int(header.size))
            return nil
        default:
            let entry = entry(header, content: content)
            start = try Self.end(of: content, size: entry.size)
            wish = .header(at: start)
            latest = entry
            return entry
        }
    }

    /// Takes in the content of an extended header.
    mutating func take(content bytes: [UInt8]) throws(TarDamage) {
        guard case .content(let place, let count) = wish else { return }
        guard bytes.count == count else { throw .truncated }
        let end = try Self.end(of: place, size: Int64(count))
        switch awaited {
        case UInt8(ascii: "x"): try pending.add(records: bytes)
        case UInt8(ascii: "L"): pending.path = Array(bytes.prefix { $0 != 0 })
        case UInt8(ascii: "K"): pending.link = Array(bytes.prefix { $0 != 0 })
        default:
            // What holds for all members, nobody who loads images honours; it must be readable all the same.
            var ignored = TarExtension()
            try ignored.add(records: bytes)
            start = end
        }
        wish = .header(at: end)
    }

    private mutating func entry(_ header: TarBlock, content: Int64) -> TarEntry {
        let said = pending
        pending = TarExtension()
        let path = said.path ?? header.name
        let link = String(decoding: said.link ?? header.link, as: UTF8.self)
        let kind: TarEntry.Kind =
            switch header.type {
            case UInt8(ascii: "0"): said.isSparse ? .other(header.type) : .file
            // The seventh edition knew no folders but by the slash.
            case 0: path.last == UInt8(ascii: "/") ? .folder : .file
            case UInt8(ascii: "1"): .hardLink(link)
            case UInt8(ascii: "2"): .symbolicLink(link)
            case UInt8(ascii: "5"): .folder
            default: .other(header.type)
            }
        return TarEntry(
            path: String(decoding: path, as: UTF8.self), kind: kind, headerOffset: start, offset: content,
            size: TarBlock.isHeaderOnly(header.type) ? 0 : said.size ?? header.size)
    }

    private static func end(of place: Int64, size: Int64) throws(TarDamage) -> Int64 {
        let (end, overflow) = place.addingReportingOverflow(size)
        guard !overflow, end < .max - Int64(TarHeader.blockSize) else { throw .number }
        return end + Int64(TarHeader.padding(after: size))
    }
}
