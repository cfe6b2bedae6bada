/// Goes through the headers of a tar archive that streams by: a layer, as it is inflated.
struct TarStream: Sendable {
    private var scanner = TarScanner()
    /// What is wrong with it, once something is; what comes later is not looked at.
    private(set) var damage: TarDamage?
    /// How many members have passed.
    private(set) var count: Int64 = 0
    private let visit: @Sendable (TarEntry) -> Void
    private var offset: Int64 = 0
    private var gathered: [UInt8] = []

    /// Begins before the first header.
    ///
    /// - Parameter visit: is told of every member.
    init(_ visit: @escaping @Sendable (TarEntry) -> Void = { _ in }) { self.visit = visit }

    /// Takes in the next bytes.
    mutating func push(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty, damage == nil {
            let (place, count): (Int64, Int)
            switch scanner.wish {
            case .header(let at): (place, count) = (at, TarHeader.blockSize)
            case .content(let at, let size): (place, count) = (at, size)
            case .nothing: return offset += Int64(rest.count)
            }
            if offset < place {
                let skipped = Int(min(place - offset, Int64(rest.count)))
                rest = rest.dropFirst(skipped)
                offset += Int64(skipped)
                continue
            }
            let part = rest.prefix(count - gathered.count)
            gathered += part
            rest = rest.dropFirst(part.count)
            offset += Int64(part.count)
            if gathered.count == count { take() }
        }
    }

    /// Says that all bytes have come.
    mutating func finish() {
        guard damage == nil, scanner.wish != .nothing else { return }
        if case .header(let place) = scanner.wish, offset < place {
            // Padding may be missing at the very end, the content may not.
            if let last = scanner.latest, offset >= last.offset + last.size { return }
            return damage = .truncated
        }
        take()
    }

    private mutating func take() {
        do throws(TarDamage) {
            switch scanner.wish {
            case .header:
                if let entry = try scanner.take(header: gathered) {
                    count += 1
                    visit(entry)
                }
            case .content: try scanner.take(content: gathered)
            case .nothing: break
            }
        } catch {
            damage = error
        }
        gathered = []
    }
}
