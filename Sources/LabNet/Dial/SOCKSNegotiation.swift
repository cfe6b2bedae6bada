internal import NIOCore

/// SOCKS5 (RFC 1928) with no authentication or user name and password (RFC 1929).
struct SOCKSNegotiation: ProxyNegotiation {
    private enum Awaited { case method, authentication, reply }

    let relay: Route.Relay
    private var awaited = Awaited.method

    init(relay: Route.Relay) { self.relay = relay }

    mutating func start() throws(ProxyFailure) -> [UInt8] {
        relay.proxy.user == nil ? [5, 1, 0] : [5, 2, 0, 2]
    }

    mutating func receive(_ buffer: inout ByteBuffer) throws(ProxyFailure) -> ProxyStep {
        switch awaited {
        case .method:
            guard let answer = buffer.readBytes(length: 2) else { return .wait }
            guard answer[0] == 5 else { throw .broken("not a SOCKS5 proxy") }
            return try chose(method: answer[1])
        case .authentication:
            guard let answer = buffer.readBytes(length: 2) else { return .wait }
            // RFC 1929 2: any status but 0 is a refusal. Told as 0xFF, "no acceptable method", since the status' own
            // numbers would be mistaken for those of a reply.
            guard answer[1] == 0 else { throw .refused(0xFF) }
            return .send(try request())
        case .reply:
            return try reply(&buffer)
        }
    }

    private mutating func chose(method: UInt8) throws(ProxyFailure) -> ProxyStep {
        switch method {
        case 0: return .send(try request())
        case 2 where relay.proxy.user != nil:
            awaited = .authentication
            let user = Array((relay.proxy.user ?? "").utf8)
            let password = Array((relay.proxy.password?.reveal() ?? "").utf8)
            guard let userLength = UInt8(exactly: user.count), let passwordLength = UInt8(exactly: password.count)
            else { throw .broken("user name or password over 255 bytes (RFC 1929 2)") }
            return .send([1, userLength] + user + [passwordLength] + password)
        case 0xFF: throw .refused(0xFF)
        default: throw .broken("a method that was not offered")
        }
    }

    /// CONNECT to the target (RFC 1928 4).
    private mutating func request() throws(ProxyFailure) -> [UInt8] {
        awaited = .reply
        let port = [UInt8(relay.port >> 8), UInt8(truncatingIfNeeded: relay.port)]
        switch relay.host {
        case .address(let address): return [5, 1, 0, address.family == .ip4 ? 1 : 4] + address.bytes + port
        case .name(let name):
            guard let length = UInt8(exactly: name.utf8.count) else { throw .broken("host name over 255 bytes") }
            return [5, 1, 0, 3, length] + Array(name.utf8) + port
        }
    }

    /// The reply ends with the address that the proxy uses, which is of no interest but must be consumed (RFC 1928 6).
    private func reply(_ buffer: inout ByteBuffer) throws(ProxyFailure) -> ProxyStep {
        let bytes = buffer.readableBytesView.prefix(5)
        guard let code = bytes.dropFirst().first else { return .wait }
        guard bytes.first == 5 else { throw .broken("not a SOCKS5 reply") }
        // A proxy that refuses may close without the rest.
        guard code == 0 else { throw .refused(Int(code)) }
        guard bytes.count == 5 else { return .wait }
        let length: Int
        switch bytes[bytes.startIndex + 3] {
        case 1: length = 4
        case 4: length = 16
        case 3: length = 1 + Int(bytes[bytes.startIndex + 4])
        default: throw .broken("unknown address type in a SOCKS5 reply")
        }
        guard buffer.readableBytes >= 4 + length + 2 else { return .wait }
        buffer.moveReaderIndex(forwardBy: 4 + length + 2)
        guard buffer.readableBytes == 0 else { throw .broken("bytes after the SOCKS5 reply") }
        return .established
    }
}
