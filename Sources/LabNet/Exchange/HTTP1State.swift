internal import NIOCore
internal import NIOHTTP1

/// Where one HTTP/1.1 connection stands: events in, actions out. Pure; the parser before it has judged the syntax.
struct HTTP1State {
    /// How many interim responses (RFC 9110 15.2) may come before the final one.
    static let interimLimit = 16

    /// What the connection has to do.
    enum Action: Equatable {
        /// Nothing.
        case wait
        /// Hand over the head of the final response; its body begins.
        case head(HTTPResponseHead)
        /// Hand over a piece of the body.
        case body(ByteBuffer)
        /// The body is whole.
        case end
        /// Tell whoever waits, and close.
        case fail(NetworkError.Cause)
    }

    private enum Phase {
        case idle
        case awaitingHead(interim: Int)
        case receivingBody
        case closed
    }

    private var phase = Phase.idle
    private var keepsAlive = true
    private var requestIsOut = true
    /// Whether the body of the request is still being produced, and wanted.
    private(set) var wantsBody = false

    /// Whether the next request may be sent.
    var isReusable: Bool {
        if case .idle = phase { keepsAlive && requestIsOut } else { false }
    }

    /// Whether a body is being received.
    var isReceivingBody: Bool {
        if case .receivingBody = phase { true } else { false }
    }

    /// A request is about to be written. False when the connection cannot take one.
    ///
    /// - Parameter streams: whether its body is produced while it is sent.
    mutating func begin(streams: Bool = false) -> Bool {
        guard isReusable else { return false }
        phase = .awaitingHead(interim: 0)
        requestIsOut = false
        wantsBody = streams
        return true
    }

    /// The request's last byte has been written.
    mutating func requestWritten() {
        requestIsOut = true
        wantsBody = false
    }

    /// The rest of the request's body will not be sent; what has been sent is no whole request.
    mutating func stopSending() { wantsBody = false }

    /// A part of a response has been parsed.
    mutating func receive(_ part: HTTPClientResponsePart) -> Action {
        switch (phase, part) {
        case (.awaitingHead(let interim), .head(let head)):
            return receive(head, interim: interim)
        case (.receivingBody, .body(let piece)):
            return piece.readableBytes > 0 ? .body(piece) : .wait
        case (.receivingBody, .end):
            phase = .idle
            wantsBody = false
            return .end
        case (.closed, _):
            return .wait
        default:
            return violate("a response that was not asked for")
        }
    }

    private mutating func receive(_ head: HTTPResponseHead, interim: Int) -> Action {
        let status = Int(head.status.code)
        if let violation = Self.violation(in: head) {
            return violate(violation)
        }
        guard status >= 200 else {
            guard interim < Self.interimLimit else {
                return violate("over \(Self.interimLimit) interim responses")
            }
            phase = .awaitingHead(interim: interim + 1)
            return .wait
        }
        phase = .receivingBody
        keepsAlive = head.isKeepAlive
        // A server that declines before it has seen all wants no more (RFC 9112 9.3); one that agrees may go on reading.
        if status >= 300 { wantsBody = false }
        return .head(head)
    }

    private mutating func violate(_ rule: String) -> Action {
        phase = .closed
        wantsBody = false
        return .fail(.protocolViolation(rule))
    }

    /// The framing must leave no room for two readings (RFC 9112 6.1, 6.3): whoever reads it otherwise would take the
    /// rest of this body for the next response.
    private static func violation(in head: HTTPResponseHead) -> String? {
        guard (100...599).contains(head.status.code), head.status.code != 101 else {
            return "status \(head.status.code)"
        }
        let codings = head.headers[canonicalForm: "transfer-encoding"].map { $0.lowercased() }
        guard !codings.isEmpty else { return nil }
        if head.headers.contains(name: "content-length") { return "both Content-Length and Transfer-Encoding" }
        if head.version != .http1_1 { return "Transfer-Encoding in HTTP/1.0" }
        return codings == ["chunked"] ? nil : "unknown Transfer-Encoding"
    }

    /// The connection is gone or broken, for this reason. Fails the exchange in hand, if there is one.
    mutating func close(_ cause: NetworkError.Cause) -> Action {
        defer {
            phase = .closed
            wantsBody = false
        }
        return switch phase {
        case .idle, .closed: .wait
        case .awaitingHead, .receivingBody: .fail(cause)
        }
    }
}
