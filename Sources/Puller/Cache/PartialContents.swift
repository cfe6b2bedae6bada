/// What the record of a partial file says: where the file is, which blobs it is for, and what of them has come.
///
/// A record only grows, line by line, so that a process that is killed leaves all but the line it was writing. It is no proof
/// of anything: after a power cut it may promise bytes that never reached the disk. Whoever uses them verifies the blob.
struct PartialContents: Hashable, Sendable {
    /// One blob and its place.
    struct Blob: Hashable, Sendable {
        /// Its digest.
        var digest: Digest
        /// The count of its bytes.
        var size: Int64
        /// Where it begins in the file.
        var place: Int64
        /// What of it is there.
        var have = ByteRanges()
    }

    /// What tells the file from any other that may stand under its name now.
    struct Identity: Hashable, Sendable {
        /// The device's number.
        var device: UInt64
        /// The number of the file on it.
        var inode: UInt64
    }

    /// The file.
    var identity: Identity
    /// The names that it has had, as absolute paths; it is under the last one, or was about to be.
    var paths: [String]
    /// The permissions that it had before it was moved here.
    var mode: UInt32?
    /// The blobs, by their numbers in the record.
    var blobs: [Blob]

    /// A file in which nothing is yet.
    init(identity: Identity, path: String, blobs: [Blob]) {
        (self.identity, self.blobs) = (identity, blobs)
        paths = [path]
    }

    /// How many bytes of blobs are in the file.
    var count: Int64 { blobs.reduce(0) { $0 + $1.have.count } }

    /// What fits into so many bytes, counted from the file's beginning, and where the file can then be cut.
    func fitting(_ limit: Int64) -> (contents: PartialContents, end: Int64) {
        var contents = self
        var (room, end) = (limit, Int64(0))
        for index in contents.blobs.indices.sorted(by: { blobs[$0].place < blobs[$1].place }) {
            let blob = blobs[index]
            contents.blobs[index].have = ByteRanges()
            for part in blob.have.parts where room > 0 {
                let kept = part.lowerBound..<min(part.upperBound, part.lowerBound + room)
                contents.blobs[index].have.insert(kept)
                room -= kept.upperBound - kept.lowerBound
                end = blob.place + kept.upperBound
            }
        }
        return (contents, end)
    }
}

// MARK: Text

extension PartialContents {
    private static let heading = "docker-tar-lab partial 1"
    /// An image has some hundreds of layers at most, and a name of a file some hundreds of bytes.
    static let textLimit = 4 << 20

    /// All of it, as a new record.
    var text: String {
        var lines = [Self.heading, "inode \(identity.device) \(identity.inode)"]
        lines += blobs.map { "blob \($0.digest) \($0.size) \($0.place)" }
        lines += paths.map(Self.line(path:))
        lines += mode.map { [Self.line(mode: $0)] } ?? []
        for (number, blob) in blobs.enumerated() { lines += Self.lines(have: blob.have, ofBlob: number) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The file has, or is about to have, this name. It holds no line break.
    static func line(path: String) -> String { "at \(path)" }

    /// The file had these permissions before it was moved here.
    static func line(mode: UInt32) -> String { "mode \(mode)" }

    /// These parts have come.
    static func lines(have: ByteRanges, ofBlob number: Int) -> [String] {
        have.parts.map { "have \(number) \($0.lowerBound) \($0.upperBound)" }
    }

    /// Nothing of this blob is there any more.
    static func line(goneBlob number: Int) -> String { "gone \(number)" }

    /// Reads a record; nil when it is none. It ends where a line cannot be read, and the last one must be whole.
    init?(text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()[...]
        guard lines.popFirst().map({ $0 == Self.heading }) == true,
            let inode = lines.popFirst()?.split(separator: " "), inode.count == 3, inode[0] == "inode",
            let device = UInt64(inode[1]), let number = UInt64(inode[2])
        else { return nil }
        identity = Identity(device: device, inode: number)
        (paths, blobs) = ([], [])
        for line in lines {
            guard take(line) else { break }
        }
        guard !paths.isEmpty else { return nil }
    }

    private mutating func take(_ line: Substring) -> Bool {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        let numbers = words.dropFirst().map { Int64($0) }
        switch (words.first.map(String.init), numbers.count) {
        case ("at", 1...):
            let path = line.dropFirst(3)
            guard path.hasPrefix("/") else { return false }
            paths.append(String(path))
        case ("mode", 1):
            guard let mode = UInt32(words[1]), mode <= 0o777 else { return false }
            self.mode = mode
        case ("blob", 3):
            guard let digest = Digest(words[1]), let size = numbers[1], let place = numbers[2], size >= 0, place >= 0,
                !size.addingReportingOverflow(place).overflow
            else { return false }
            blobs.append(Blob(digest: digest, size: size, place: place))
        case ("have", 3):
            guard let blob = number(numbers[0]), let start = numbers[1], let end = numbers[2], 0 <= start, start < end,
                end <= blobs[blob].size
            else { return false }
            blobs[blob].have.insert(start..<end)
        case ("gone", 1):
            guard let blob = number(numbers[0]) else { return false }
            blobs[blob].have = ByteRanges()
        default: return false
        }
        return true
    }

    private func number(_ number: Int64?) -> Int? {
        number.flatMap { Int(exactly: $0) }.flatMap { blobs.indices.contains($0) ? $0 : nil }
    }
}
