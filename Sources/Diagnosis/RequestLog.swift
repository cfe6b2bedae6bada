import LabNet
import NIOCore
import NIOHTTP1
import Puller
import Synchronization

/// Stands before a transport and notes every request, redirects one by one: so whatever asks through it is seen as it is.
final class RequestLog: HTTPExchanging {
    /// One request, and where it went.
    struct Entry: Sendable {
        var origin: Origin
        var request: HostFindings.Request
        var endpoint: Endpoint?
        var strategy: ServerNameStrategy?
    }

    private let transport: any HTTPExchanging
    private let since: Stopwatch
    private let home: Origin
    private let met: @Sendable (Origin, HostFindings.Role) -> Void
    private let list = Mutex<[Entry]>([])

    /// More of a server's words than this are not kept.
    private static let wordLimit = 200
    /// More bytes of an error's body than these are not looked at.
    private static let errorLimit = 4096

    /// - Parameters:
    ///   - home: whom the questions are for.
    ///   - met: is told of every request to somebody else before it goes out: a redirect leads to storage, what is asked
    ///     directly is a token server.
    init(
        before transport: any HTTPExchanging, home: Origin, since: Stopwatch,
        met: @escaping @Sendable (Origin, HostFindings.Role) -> Void = { _, _ in }
    ) {
        self.transport = transport
        self.home = home
        self.since = since
        self.met = met
    }

    /// Everything so far, in its order.
    var entries: [Entry] { list.withLock(\.self) }

    /// See ``HTTPExchanging``.
    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        var request = request
        let mayFollow = request.followsRedirects
        request.followsRedirects = false
        if request.url.origin != home { met(request.url.origin, .tokenServer) }
        var redirects = 0
        while true {
            let outcome = try await hop(request) { [request, redirects] response -> Hop<Value> in
                let next =
                    mayFollow
                    ? try Redirect.following(
                        request, status: response.status, headers: response.headers, count: redirects,
                        from: response.network) : nil
                guard let next else { return .arrived(try await receive(response)) }
                _ = try? await response.body.collect(upTo: 1 << 16)
                return .redirected(next)
            }
            switch outcome {
            case .arrived(let value): return value
            case .redirected(let next): request = next
            }
            if request.url.origin != home { met(request.url.origin, .storage) }
            redirects += 1
        }
    }

    private enum Hop<Value: Sendable>: Sendable {
        case arrived(Value)
        case redirected(HTTPRequest)
    }

    private func hop<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let start = since.elapsed
        let seen = Mutex(Seen())
        defer { note(request, seen.withLock(\.self), since: start) }
        do {
            return try await transport.exchange(request) { response in
                seen.withLock { $0.take(response) }
                var response = response
                response.body = HTTPBody(
                    response.body.map { piece in
                        seen.withLock { $0.take(piece) }
                        return piece
                    })
                return try await receive(response)
            }
        } catch {
            seen.withLock { $0.failure = NetworkError(behind: error) }
            throw error
        }
    }

    /// What has been seen of one response.
    private struct Seen: Sendable {
        var status: Int?
        var bytes = 0
        var type: String?
        var beginning: [UInt8] = []
        var endpoint: Endpoint?
        var strategy: ServerNameStrategy?
        var failure: NetworkError?

        mutating func take(_ response: HTTPResponse) {
            (status, endpoint, strategy) = (response.status, response.endpoint, response.strategy)
            type = response.headers.first(name: "Content-Type")
        }

        mutating func take(_ piece: ByteBuffer) {
            bytes += piece.readableBytes
            guard (status ?? 0) >= 400, beginning.count < RequestLog.errorLimit else { return }
            beginning += piece.readableBytesView.prefix(RequestLog.errorLimit - beginning.count)
        }

        var words: String? {
            guard !beginning.isEmpty else { return nil }
            let type = type?.split(separator: ";").first.map(String.init)
            let words = ServerWords.words(beginning, contentType: type)
            return words.isEmpty ? nil : String(words.prefix(RequestLog.wordLimit))
        }
    }

    private func note(_ request: HTTPRequest, _ seen: Seen, since start: Duration) {
        let noted = HostFindings.Request(
            method: request.method.rawValue, url: request.url.withoutQuery, status: seen.status, bytes: seen.bytes,
            elapsed: since.elapsed - start, failure: seen.failure, words: seen.words, start: start)
        let entry = Entry(
            origin: request.url.origin, request: noted, endpoint: seen.endpoint ?? seen.failure?.endpoint,
            strategy: seen.strategy)
        list.withLock { $0.append(entry) }
    }
}

extension NetworkError {
    /// The transport's failure, where it has been given a pull's name on its way up.
    fileprivate init?(behind error: any Error) {
        switch error {
        case let error as NetworkError: self = error
        case let error as PullError:
            guard case .network(let error) = error.cause else { return nil }
            self = error
        default: return nil
        }
    }
}

extension [RequestLog.Entry] {
    /// What was asked of one host; nil for nothing.
    func passage(to origin: Origin) -> HostFindings.Passage? {
        let own = filter { $0.origin == origin }
        guard !own.isEmpty else { return nil }
        let way = own.last { $0.request.status != nil && $0.request.failure == nil } ?? own.last { $0.endpoint != nil }
        return HostFindings.Passage(
            endpoint: way?.endpoint, strategy: way?.strategy, requests: own.map(\.request))
    }
}
