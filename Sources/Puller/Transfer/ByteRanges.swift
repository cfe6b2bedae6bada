/// Parts of a blob: in order, apart from each other, none empty.
struct ByteRanges: Hashable, Sendable {
    /// The parts, lowest first.
    private(set) var parts: [Range<Int64>] = []

    /// No parts.
    init() {}

    /// One part; none where it is empty.
    init(_ part: Range<Int64>) { insert(part) }

    /// How many bytes they have together.
    var count: Int64 { parts.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }

    /// Adds a part; what it touches becomes one with it.
    mutating func insert(_ part: Range<Int64>) {
        guard !part.isEmpty else { return }
        // Most parts follow the last one.
        if let last = parts.last, part.lowerBound > last.upperBound { return parts.append(part) }
        let first = parts.firstIndex { $0.upperBound >= part.lowerBound } ?? parts.endIndex
        let end = parts[first...].firstIndex { $0.lowerBound > part.upperBound } ?? parts.endIndex
        let touched = parts[first..<end]
        let lower = min(part.lowerBound, touched.first?.lowerBound ?? part.lowerBound)
        let upper = max(part.upperBound, touched.last?.upperBound ?? part.upperBound)
        parts.replaceSubrange(first..<end, with: [lower..<upper])
    }

    /// Adds all parts of another.
    mutating func formUnion(_ other: ByteRanges) {
        for part in other.parts { insert(part) }
    }

    /// What is not among them, within these bounds.
    func missing(in whole: Range<Int64>) -> [Range<Int64>] {
        var gaps: [Range<Int64>] = []
        var position = whole.lowerBound
        for part in parts where part.upperBound > whole.lowerBound {
            guard part.lowerBound < whole.upperBound else { break }
            if part.lowerBound > position { gaps.append(position..<part.lowerBound) }
            position = max(position, part.upperBound)
        }
        if position < whole.upperBound { gaps.append(position..<whole.upperBound) }
        return gaps
    }

    /// How far they go on from here without a gap; the place itself where it is in none.
    func end(from place: Int64) -> Int64 {
        parts.first { $0.contains(place) }?.upperBound ?? place
    }
}

extension Range<Int64> {
    /// How many bytes it has.
    var length: Int64 { upperBound - lowerBound }
}
