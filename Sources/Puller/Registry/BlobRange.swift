/// Going on with a blob where it broke off (RFC 9110 14).
enum BlobRange {
    /// Why the rest of a blob cannot be had by Range from this server; it is then asked for from its beginning.
    struct Unusable: Error, Hashable, Sendable {
        var cause: PullError.Cause
    }

    /// How many bytes of a response's body are to be thrown away before the first that is new.
    ///
    /// - Parameters:
    ///   - status: 200, 206 or 416.
    ///   - contentRange: the field as it came.
    ///   - offset: where the blob is to go on; 0 when no Range was asked for.
    ///   - end: where the part ends that was asked for; nil for the blob's end.
    ///   - size: the blob's, as its descriptor says.
    /// - Throws: when the response is a part, and not the one that was asked for, or the beginning of it.
    static func discarded(
        status: Int, contentRange: String?, offset: Int64, end: Int64? = nil, size: Int64
    ) throws(Unusable) -> Int64 {
        // The whole is always an allowed answer (14.2): what is known already is skipped.
        if status == 200 { return offset }
        guard status == 206 else { throw Unusable(cause: .status(status, "")) }
        guard let contentRange else { throw Unusable(cause: .malformed("206 without Content-Range")) }
        guard let range = parse(contentRange), range.first == offset, range.last < end ?? size,
            range.total ?? size == size
        else { throw Unusable(cause: .malformed("Content-Range \(contentRange.prefix(80))")) }
        return 0
    }

    /// `bytes 0-99/100`, `bytes 0-99/*`.
    static func parse(_ field: String) -> (first: Int64, last: Int64, total: Int64?)? {
        let words = field.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), first <= last else {
            return nil
        }
        if parts[1] == "*" { return (first, last, nil) }
        guard let total = number(parts[1]), last < total else { return nil }
        return (first, last, total)
    }

    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
    }
}
