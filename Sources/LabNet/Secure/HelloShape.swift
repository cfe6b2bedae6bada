/// How a ClientHello is laid out on the wire: into which records and which TCP segments it is cut. Pure.
package enum HelloShape {
    /// Lays out a first flight.
    ///
    /// - Parameter flight: the flight as the TLS library wrote it: whole records that hold one ClientHello and no more.
    /// - Returns: what each `send` writes; joined, a legal ClientHello with the same message. A hello that carries no
    ///   name stays as it is. Nil when the flight is anything else, so that a name which was to be cut is not shown whole
    ///   by mistake.
    package static func segments(of flight: [UInt8], strategy: ServerNameStrategy) -> [[UInt8]]? {
        guard let message = ClientHello.message(in: flight), isFilled(flight, by: message) else { return nil }
        let cuts = ClientHello.locateServerName(in: message).map { Self.cuts(inside: $0, of: message) } ?? []
        if cuts.isEmpty { return [flight] }
        switch strategy {
        case .plain, .omit, .alter:
            return [flight]
        case .segments:
            // Each full record before the cut, and the one that it lies in, has a header of its own.
            let places = cuts.map { $0 + header * ($0 / ClientHello.maximumFragment + 1) }
            return split(records(of: message, version: flight[1...2], cuts: []).flatMap(\.self), at: places)
        case .records:
            return [records(of: message, version: flight[1...2], cuts: cuts).flatMap(\.self)]
        case .recordsAndSegments, .disorder:
            let records = records(of: message, version: flight[1...2], cuts: cuts)
            // Cut inside the header of each further record: no segment but the first begins with a record.
            var boundary = 0
            let boundaries = records.dropLast().map { record in
                boundary += record.count
                return boundary + header / 2
            }
            return split(records.flatMap(\.self), at: boundaries)
        }
    }

    /// Whether the records of a flight carry this message, and nothing after it.
    private static func isFilled(_ flight: [UInt8], by message: [UInt8]) -> Bool {
        var (position, carried) = (0, 0)
        while position + header <= flight.count {
            let count = Int(flight[position + 3]) << 8 | Int(flight[position + 4])
            position += header + count
            carried += count
        }
        return position == flight.count && carried == message.count
    }

    /// Positions strictly inside the name, one in the middle of every label but the last, so that neither the
    /// registrable label nor any below it stays whole, whatever the public suffix is.
    ///
    /// A name that has no such label (`x.org`) is cut in its middle.
    static func cuts(inside name: Range<Int>, of message: [UInt8]) -> [Int] {
        let labels = message[name].split(separator: UInt8(ascii: "."))
        let cuttable = labels.count > 1 ? labels.dropLast() : labels[...]
        let cuts = cuttable.filter { $0.count > 1 }.map { $0.startIndex + $0.count / 2 }
        if cuts.isEmpty, name.count > 1 { return [name.lowerBound + name.count / 2] }
        return cuts
    }

    /// The message in one record per piece, in more where a piece does not fit one; every record has the same version, and
    /// none is empty (RFC 8446 5.1).
    static func records(of message: [UInt8], version: some Collection<UInt8>, cuts: [Int]) -> [[UInt8]] {
        let largest = ClientHello.maximumFragment
        let pieces = split(message, at: cuts).flatMap { piece in
            split(piece, at: Array(stride(from: largest, to: piece.count, by: largest)))
        }
        return pieces.map { piece in
            [UInt8(ClientHello.handshake)] + version + [UInt8(piece.count >> 8), UInt8(piece.count & 0xFF)] + piece
        }
    }

    private static func split(_ bytes: [UInt8], at cuts: [Int]) -> [[UInt8]] {
        zip([0] + cuts, cuts + [bytes.count]).map { Array(bytes[$0..<$1]) }
    }

    /// Type, version and length (RFC 8446 5.1).
    private static let header = 5
}
