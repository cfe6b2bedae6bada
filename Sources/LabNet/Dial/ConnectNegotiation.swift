internal import FoundationEssentials
internal import NIOCore

/// HTTP CONNECT (RFC 9110 9.3.6), the same over TCP and over TLS.
struct ConnectNegotiation: ProxyNegotiation {
    /// The longest response head that is read, in bytes.
    static let headLimit = 16 * 1024

    let relay: Route.Relay

    mutating func start() -> [UInt8] {
        var head = "CONNECT \(relay.authority) HTTP/1.1\r\nHost: \(relay.authority)\r\n"
        if let user = relay.proxy.user {
            let pair = "\(user):\(relay.proxy.password?.reveal() ?? "")"
            head += "Proxy-Authorization: Basic \(Data(pair.utf8).base64EncodedString())\r\n"
        }
        return Array((head + "\r\n").utf8)
    }

    mutating func receive(_ buffer: inout ByteBuffer) throws(ProxyFailure) -> ProxyStep {
        while let head = Self.takeHead(&buffer) {
            let status = try Self.status(of: head)
            switch status {
            case 100...199: continue
            case 200...299:
                // Neither a TLS server nor an HTTP server speaks first: whatever follows the head here is not the target's.
                guard buffer.readableBytes == 0 else {
                    throw .broken("bytes after the head of the response to CONNECT")
                }
                return .established
            default: throw .refused(status)
            }
        }
        guard buffer.readableBytes < Self.headLimit else { throw .broken("response head over \(Self.headLimit) bytes") }
        return .wait
    }

    private static func takeHead(_ buffer: inout ByteBuffer) -> [UInt8]? {
        let bytes = buffer.readableBytesView
        let end = bytes.indices.first { bytes[$0...].starts(with: "\r\n\r\n".utf8) }
        return end.flatMap { buffer.readBytes(length: $0 + 4 - bytes.startIndex) }
    }

    /// The status of `HTTP/1.x NNN …` (RFC 9112 4).
    private static func status(of head: [UInt8]) throws(ProxyFailure) -> Int {
        let line = String(decoding: head.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", words[1].utf8.count == 3,
            let status = Int(words[1]), (100...599).contains(status)
        else { throw .broken("no HTTP/1 status line in answer to CONNECT") }
        return status
    }
}
