package import LabNet

/// What a party of the lab has seen or done.
package enum Event: Sendable {
    /// A resolver was asked.
    case asked(DNSQuery, from: Endpoint, over: Carrier)
    /// An injector answers in the resolver's place.
    case forged(DNSQuery, addresses: [IPAddress])
    /// The resolver itself answers; the addresses are nil where they come from a resolver behind it, unread.
    case answered(DNSQuery, addresses: [IPAddress]?, responseCode: UInt8)
    /// The path has lost a query, or an answer to it.
    case lost(DNSQuery, isAnswer: Bool)
    /// A box has read the first bytes of a connection, and this is what it does with it.
    case judged(Reading, from: Endpoint, TLSBox.Verdict)
    /// A box has let this many bytes of an answer through, and now interferes.
    case cut(afterBytes: Int)
    /// A piece of a stream was too large for the path, and is gone with whatever would follow it.
    case oversized(bytes: Int, limit: Int)
    /// A stranger, or a server, has read the hello that was meant for the true host.
    case greeted(Reading, from: Endpoint)
    /// A server was asked over HTTP; the path without its query.
    case requested(method: String, host: String?, path: String, status: Int)

    /// What carried a DNS query.
    package enum Carrier: String, Sendable {
        /// A datagram.
        case udp = "UDP"
        /// A stream (RFC 7766).
        case tcp = "TCP"
        /// A stream inside TLS (RFC 7858).
        case tls = "TLS"
        /// HTTP inside TLS (RFC 8484).
        case https = "HTTPS"
    }
}

extension Event: CustomStringConvertible {
    /// One line of English.
    package var description: String {
        switch self {
        case .asked(let query, let from, let carrier): "asked for \(query) by \(from) over \(carrier.rawValue)"
        case .forged(let query, let addresses): "forged answer to \(query): \(Self.list(addresses))"
        case .answered(let query, let addresses, let code):
            code == 0
                ? "true answer to \(query): \(addresses.map(Self.list) ?? "passed on")"
                : "true answer to \(query): response code \(code)"
        case .lost(let query, let isAnswer):
            "lost: \(isAnswer ? "an answer" : "a query") \(isAnswer ? "to" : "for") \(query)"
        case .judged(let reading, let from, let verdict): "\(reading) from \(from): \(verdict)"
        case .cut(let bytes): "the answer is cut after \(bytes) bytes"
        case .oversized(let bytes, let limit): "\(bytes) bytes are lost: no segment over \(limit) gets through"
        case .greeted(let reading, let from): "\(reading) from \(from)"
        case .requested(let method, let host, let path, let status):
            "\(method) \(path) at \(host ?? "no host"): \(status)"
        }
    }

    private static func list(_ addresses: [IPAddress]) -> String {
        addresses.isEmpty ? "no address" : addresses.map(\.description).joined(separator: ", ")
    }
}
