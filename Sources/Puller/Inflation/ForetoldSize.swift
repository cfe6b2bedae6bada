/// What a layer says of the size that it inflates to, long before all of it is here: a guess, which nobody has verified.
enum ForetoldSize {
    /// How many of the blob's last bytes tell it: none where the blob is its own tar; nil where nothing tells it.
    static func tail(of blob: Descriptor) -> Int64? {
        let type = MediaType.bare(blob.mediaType) ?? ""
        if type.hasSuffix(".tar") { return 0 }
        let isGzip = type.hasSuffix("+gzip") || type.hasSuffix(".tar.gzip")
        return isGzip && blob.size >= 18 ? 4 : nil
    }

    /// The size that the tail tells.
    ///
    /// The last four bytes of gzip are the size of its last member, modulo 2^32 (RFC 1952 2.3.1, ISIZE), and nearly all
    /// layers have but one. A layer that inflated to fewer bytes than it has would be a rare one: the first number from
    /// there on is taken.
    static func of(_ blob: Descriptor, tail: [UInt8]) -> Int64? {
        guard let count = self.tail(of: blob), tail.count == count else { return nil }
        guard count > 0 else { return blob.size }
        let rest = tail.reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard blob.size <= .max - 2 * turn else { return nil }
        return (blob.size / turn + (rest < blob.size % turn ? 1 : 0)) * turn + rest
    }

    private static let turn: Int64 = 1 << 32
}
