internal import NIOCore

/// What is said to a proxy until it has connected us to the target: bytes in, action out.
protocol ProxyNegotiation {
    /// The bytes with which the client begins.
    mutating func start() throws(ProxyFailure) -> [UInt8]

    /// Takes what the proxy has sent so far; consumes what it has understood and leaves the rest in the buffer.
    mutating func receive(_ buffer: inout ByteBuffer) throws(ProxyFailure) -> ProxyStep
}

/// What to do after bytes from a proxy.
enum ProxyStep: Hashable {
    /// Wait for more.
    case wait
    /// Send these.
    case send([UInt8])
    /// From here on the connection is the target's.
    case established
}

/// Why a proxy could not be used.
struct ProxyFailure: Error, Hashable {
    /// `.proxyRefused` or `.proxyProtocol`; never holds a password.
    var cause: NetworkError.Cause

    /// A refusal with the proxy's own code.
    static func refused(_ code: Int) -> ProxyFailure { ProxyFailure(cause: .proxyRefused(code: code)) }
    /// A broken rule.
    static func broken(_ rule: String) -> ProxyFailure { ProxyFailure(cause: .proxyProtocol(rule)) }
}

extension Route.Relay {
    /// The negotiation that this proxy's protocol asks for.
    func negotiation() -> any ProxyNegotiation {
        switch proxy.kind {
        case .http, .https: ConnectNegotiation(relay: self)
        case .socks5, .socks5h: SOCKSNegotiation(relay: self)
        }
    }
}
