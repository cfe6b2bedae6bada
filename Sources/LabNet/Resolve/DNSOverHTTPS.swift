internal import NIOCore
internal import NIOHTTP1

/// DNS over HTTPS (RFC 8484) on one HTTP/1.1 connection: one question after the other.
struct DNSOverHTTPS: ResolverConnection {
    private let connection: HTTP1Connection
    private let url: HTTPURL
    private let turnstile = Turnstile()

    /// RFC 8484 6.
    private static let mediaType = "application/dns-message"
    /// The server decides how long an idle connection stands; this is only an end to it.
    private static let idleLimit = Duration.seconds(600)

    /// Puts HTTP on a channel that is secured.
    ///
    /// - Throws: `ChannelError` when the channel has been closed meanwhile.
    static func open(
        on channel: any Channel, to resolver: ResolverAddress, _ host: Host, _ path: String
    ) async throws -> DNSOverHTTPS {
        let origin = Origin(scheme: .https, host: host, port: resolver.endpoint.port)
        // Whether the resolver's way carries bodies is nobody's question: the lookup has its limits.
        let connection = try await HTTP1Connection.open(
            on: channel, to: Route(endpoint: resolver.endpoint), by: nil, for: origin,
            timeouts: TransportConfiguration.Timeouts())
        return DNSOverHTTPS(connection: connection, url: HTTPURL(origin: origin, target: path))
    }

    private init(connection: HTTP1Connection, url: HTTPURL) {
        self.connection = connection
        self.url = url
    }

    var isAlive: Bool { connection.isAlive }

    func ask(_ message: [UInt8]) async throws -> [UInt8] {
        try await turnstile.pass {
            do {
                let answer = try await exchange(message)
                _ = await connection.settle(parkingFor: Self.idleLimit)
                return answer
            } catch {
                await connection.close()
                try Task.checkCancellation()
                throw (error as? NetworkError).map { ResolverFailure($0.cause) } ?? error
            }
        }
    }

    func close() async { await connection.close() }

    private func exchange(_ message: [UInt8]) async throws -> [UInt8] {
        guard message.count >= 2 else { throw ResolverFailure(.protocolViolation("no DNS message")) }
        // The ID is 0, so that equal questions look equal to caches (RFC 8484 4.1).
        let request = HTTPRequest(
            method: .POST, url: url, headers: ["Content-Type": Self.mediaType, "Accept": Self.mediaType],
            body: ByteBuffer(bytes: [0, 0] + message.dropFirst(2)))
        var head = request.head(userAgent: "")
        // Says no more of whoever asks than it must (RFC 8484 8.2).
        head.headers.remove(name: "User-Agent")
        let (response, body) = try await connection.send(head, body: request.body?.bytes)
        guard response.status == .ok else {
            throw ResolverFailure(.protocolViolation("status \(response.status.code)"))
        }
        let type = response.headers.first(name: "Content-Type")?.lowercased() ?? ""
        guard type.prefix(while: { $0 != ";" && $0 != " " }) == Self.mediaType else {
            throw ResolverFailure(.protocolViolation("not \(Self.mediaType)"))
        }
        var answer: [UInt8]
        do {
            answer = Array(try await body.collect(upTo: Int(UInt16.max)).readableBytesView)
        } catch is BodyTooLarge {
            throw ResolverFailure(.protocolViolation("over 65535 bytes"))
        }
        try Task.checkCancellation()
        if answer.prefix(2) == [0, 0] { answer.replaceSubrange(0..<2, with: message.prefix(2)) }
        return answer
    }
}
