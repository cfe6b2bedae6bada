import LabNet
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Puller

/// Several hosts in memory. Redirects are followed as the transport follows them, and everything that a host is told is
/// written down.
final class FakeInternet: HTTPExchanging {
    /// One request as its host saw it.
    struct Seen: Sendable {
        var host: String
        var method: HTTPMethod
        var target: String
        var authorization: String?
        var body: String
        var reach: Reach

        /// Everything in it that could hold a secret.
        var text: String { [host, target, authorization ?? "", body].joined(separator: "\n") }
    }

    private let hosts: [String: any HTTPExchanging]
    private let addresses: [String: String]
    private let log = Mutex<[Seen]>([])

    /// - Parameters:
    ///   - hosts: by authority: `registry.example`, `cdn.example:8443`.
    ///   - addresses: where hosts are; nobody says of the others.
    init(_ hosts: [String: any HTTPExchanging], addresses: [String: String] = [:]) {
        self.hosts = hosts
        self.addresses = addresses
    }

    var seen: [Seen] { log.withLock(\.self) }

    func seen(by host: String) -> [Seen] { seen.filter { $0.host == host } }

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        var (request, redirects) = (request, 0)
        while true {
            let outcome = try await hop(request) { [request, redirects] response -> Hop<Value> in
                let next = try Redirect.following(
                    request, status: response.status, headers: response.headers, count: redirects,
                    from: response.network)
                guard let next else { return .arrived(try await receive(response)) }
                return .redirected(next)
            }
            switch outcome {
            case .arrived(let value): return value
            case .redirected(let next): request = next
            }
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
        let authority = request.url.origin.authority
        log.withLock {
            $0.append(
                Seen(
                    host: authority, method: request.method, target: request.url.target,
                    authorization: request.authorization?.reveal(),
                    body: request.body?.bytes.map { String(buffer: $0) } ?? "", reach: request.reach))
        }
        guard let host = hosts[authority] else {
            throw NetworkError(step: .resolve, host: authority, cause: .noSuchName)
        }
        return try await host.exchange(request) { [addresses] response in
            var response = response
            response.destination = addresses[authority].flatMap { IPAddress($0) }
            return try await receive(response)
        }
    }
}

/// A host that answers by a closure.
struct FakeHost: HTTPExchanging {
    typealias Answer = (status: Int, headers: HTTPHeaders, text: String)
    let answer: @Sendable (HTTPRequest) -> Answer

    init(_ answer: @escaping @Sendable (HTTPRequest) -> Answer) { self.answer = answer }

    /// Answers everything with 401 and this challenge.
    static func challenging(_ challenge: String) -> FakeHost {
        FakeHost { _ in (401, ["WWW-Authenticate": challenge], "who are you?") }
    }

    /// A token server that gives everybody the token that a `FakeRegistry` lets in before it has given any itself.
    static var tokens: FakeHost { FakeHost { _ in (200, [:], #"{"token":"t0"}"#) } }

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let (status, headers, text) = answer(request)
        let body = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
            continuation.yield(ByteBuffer(string: text))
            continuation.finish()
        }
        return try await receive(
            HTTPResponse(status: status, headers: headers, url: request.url, body: HTTPBody(body)))
    }
}
