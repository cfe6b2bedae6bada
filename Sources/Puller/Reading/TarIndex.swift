/// The members of a tar archive on disk.
struct TarIndex: Sendable {
    /// The members, in their order; up to where it is damaged.
    let entries: [TarEntry]
    /// What ends the archive before its time.
    let damage: Damage?

    /// Archives of images have some hundreds of members at most.
    static let memberLimit = 100_000

    /// What is wrong, and where.
    struct Damage: Hashable, Sendable {
        /// What.
        var reason: TarDamage
        /// The place, in bytes from the archive's beginning.
        var offset: Int64
    }

    /// Reads all headers. It blocks.
    ///
    /// - Throws: `.disk`; `CancellationError`.
    init(_ file: some ReadableFile, size: Int64) throws {
        var scanner = TarScanner()
        var entries: [TarEntry] = []
        var damage: Damage?
        var offset: Int64 = 0
        do {
            while scanner.wish != .nothing {
                try Task.checkCancellation()
                switch scanner.wish {
                case .header(let place):
                    offset = place
                    // Padding may be missing at the very end, the content may not.
                    if let last = scanner.latest, last.offset + last.size > size { throw TarDamage.truncated }
                    let block = try file.bytes(at: place, count: TarHeader.blockSize)
                    if let entry = try scanner.take(header: block) { entries.append(entry) }
                    if entries.count > Self.memberLimit { throw TarDamage.tooManyMembers }
                case .content(let place, let count):
                    offset = place
                    try scanner.take(content: try file.bytes(at: place, count: count))
                case .nothing: break
                }
            }
        } catch let reason as TarDamage {
            damage = Damage(reason: reason, offset: offset)
        }
        (self.entries, self.damage) = (entries, damage)
        resolver = TarResolver(entries)
    }

    private let resolver: TarResolver

    /// The file that a name leads to, over links that stay in the archive; nil where there is none. Of several members with
    /// one name the last counts, as where the archive is unpacked.
    func file(_ path: String) -> TarEntry? { resolver.file(path).map { entries[$0] } }

    /// The number of that member.
    func number(_ path: String) -> Int? { resolver.file(path) }
}

/// Finds members by their names: what stands under a name when all of the archive has been unpacked.
private struct TarResolver: Sendable {
    private let entries: [TarEntry]
    /// The members of each name, by their numbers.
    private let numbers: [String: [Int]]

    /// How many links are followed on one way, as in Linux (ELOOP).
    private static let linkLimit = 40

    init(_ entries: [TarEntry]) {
        self.entries = entries
        var numbers: [String: [Int]] = [:]
        for (number, entry) in entries.enumerated() {
            if let name = ArchivePath.clean(entry.path) { numbers[name, default: []].append(number) }
        }
        self.numbers = numbers
    }

    func file(_ path: String) -> Int? {
        var links = 0
        guard let name = resolve(path, links: &links), var number = numbers[name]?.last else { return nil }
        while links < Self.linkLimit {
            let entry = entries[number]
            switch entry.kind {
            case .file: return number
            case .hardLink(let target):
                links += 1
                // Its target must have stood there when the link was made.
                guard let next = resolve(target, links: &links),
                    let earlier = numbers[next]?.last(where: { $0 < number })
                else { return nil }
                number = earlier
            case .folder, .symbolicLink, .other: return nil
            }
        }
        return nil
    }

    /// The name without symbolic links in it; nil where it leads out of the archive or in a circle.
    private func resolve(_ path: String, links: inout Int) -> String? {
        guard let clean = ArchivePath.clean(path) else { return nil }
        var rest = clean.split(separator: "/").map(String.init)[...]
        var done: [String] = []
        while let part = rest.popFirst() {
            done.append(part)
            guard let number = numbers[done.joined(separator: "/")]?.last,
                case .symbolicLink(let target) = entries[number].kind
            else { continue }
            links += 1
            guard links < Self.linkLimit else { return nil }
            let folder = target.hasPrefix("/") ? "" : done.dropLast().joined(separator: "/")
            guard let next = ArchivePath.clean(folder + "/" + target) else { return nil }
            rest = next.split(separator: "/").map(String.init) + rest
            done = []
        }
        return done.joined(separator: "/")
    }
}

/// Names in an archive, without detours.
enum ArchivePath {
    /// The name without `.`, `..`, empty parts, and slashes at its ends; nil where it leads out of the archive.
    static func clean(_ path: String) -> String? {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }
}
