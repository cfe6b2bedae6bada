package import LabNet

/// The two sides of a censor on a path.
package enum Side: Hashable, Sendable {
    /// Where the clients are.
    case inside
    /// Where the world is.
    case outside

    /// The opposite side.
    var other: Side { self == .inside ? .outside : .inside }
}

/// What a censor does about one frame.
struct Ruling: Sendable {
    /// Whether the frame goes on its way.
    var passes = true
    /// What is sent besides, after the frame itself.
    var emissions: [Emission] = []
    /// What the censor has seen or done, for people to read.
    var events: [PathEvent] = []

    static let pass = Ruling()
    static let swallow = Ruling(passes: false)
}

/// A forged frame.
struct Emission: Hashable, Sendable {
    var frame: [UInt8]
    var toward: Side
    /// From the frame that has caused it.
    var delay: Duration
}

/// What a censor on a path has seen or done.
package enum PathEvent: Hashable, Sendable, CustomStringConvertible {
    /// An answer to this query is sent to the client in the resolver's place, with this hop limit.
    case forged(DNSQuery, addresses: [IPAddress], resolver: Endpoint, hopLimit: UInt8)
    /// The box has read a client's first bytes, or remembers the client, and this is what it does about it.
    case judged(Reading, client: Endpoint, server: Endpoint, TLSBox.Verdict)
    /// The box stops a stream from the server after this many bytes.
    case cut(client: Endpoint, server: Endpoint, afterBytes: Int)
    /// A packet of this many bytes was too long for the path, and nobody was told.
    case lost(bytes: Int, limit: Int)

    /// One line of English, beginning with the party.
    package var description: String {
        switch self {
        case .forged(let query, let addresses, let resolver, let hopLimit):
            let list = addresses.isEmpty ? "no address" : addresses.map(\.description).joined(separator: ", ")
            return "injector: forged answer to \(query) for \(resolver), hop limit \(hopLimit): \(list)"
        case .judged(let reading, let client, let server, let verdict):
            return "box: \(reading) from \(client) to \(server): \(verdict)"
        case .cut(let client, let server, let bytes):
            return "box: the stream from \(server) to \(client) is stopped after \(bytes) bytes"
        case .lost(let bytes, let limit): return "path: a packet of \(bytes) bytes is lost, the limit being \(limit)"
        }
    }
}
