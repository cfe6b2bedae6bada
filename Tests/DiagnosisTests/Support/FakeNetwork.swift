import LabNet
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Diagnosis

/// A network in memory, with the penalties that the transport keeps, and a record of all that is asked.
final class FakeNetwork: Examining {
    struct Server: Sendable {
        var addresses: [Endpoint]
        var system: [Endpoint]?
        var forged: [Endpoint] = []
        /// What becomes of a hello.
        var hello: @Sendable (Greeting) -> Greeted.Outcome = { _ in Sample.verified }
        /// Why TCP fails at an address; a nil inside means that nothing ever comes back.
        var broken: [Endpoint: NetworkError.Cause?] = [:]
        /// What is served.
        var page: @Sendable (HTTPRequest) -> Page = { _ in Page(404) }
    }

    struct Page: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]
        /// What breaks the body off behind its last byte.
        var failure: NetworkError.Cause?

        init(_ status: Int, _ headers: HTTPHeaders = [:], body: [UInt8] = [], failure: NetworkError.Cause? = nil) {
            (self.status, self.headers, self.body, self.failure) = (status, headers, body, failure)
        }
    }

    struct State {
        var surveys: [String] = []
        var greetings: [Greeting] = []
        var requests: [String] = []
        var burnt: Set<Endpoint> = []
    }

    let servers: [String: Server]
    private let state = Mutex(State())
    /// Whether lookups take until they are cancelled.
    let hangs: Bool

    init(_ servers: [String: Server], hangs: Bool = false) {
        self.servers = servers
        self.hangs = hangs
    }

    var seen: State { state.withLock(\.self) }

    func survey(_ name: String) async throws(CancellationError) -> LookupRecord {
        state.withLock { $0.surveys.append(name) }
        if hangs { try await forever() }
        guard let server = servers[name] else {
            var record = LookupRecord(name: name, window: .seconds(2), queries: [Sample.query()])
            record.failure = .noSuchName
            return record
        }
        var arrivals = [Sample.arrival(server.addresses, .accepted)]
        if !server.forged.isEmpty { arrivals.append(Sample.arrival(server.forged, .rejected)) }
        var record = Sample.lookup(server.addresses)
        (record.name, record.queries[0].arrivals) = (name, arrivals)
        return record
    }

    func systemAnswer(to name: String) async throws(CancellationError) -> SystemAnswer {
        guard let server = servers[name] else {
            return SystemAnswer(addresses: [], failure: .noSuchName, elapsed: .zero)
        }
        return SystemAnswer(addresses: (server.system ?? server.addresses).map(\.address), elapsed: .zero)
    }

    func reach(_ endpoint: Endpoint, for host: Host) async throws(CancellationError) -> Reached {
        switch servers[host.description]?.broken[endpoint] {
        case nil: return Reached(failure: nil, elapsed: .zero)
        case .some(nil):
            try await forever()
            return Reached(failure: nil, elapsed: .zero)
        case .some(let cause?): return Reached(failure: cause, elapsed: .zero)
        }
    }

    private func forever() async throws(CancellationError) {
        let (stream, _) = AsyncStream<Never>.makeStream()
        for await _ in stream {}
        throw CancellationError()
    }

    func greet(_ greeting: Greeting) async throws(CancellationError) -> Greeted {
        await Task.yield()
        let server = servers[greeting.host.description]
        let outcome = state.withLock { state -> Greeted.Outcome in
            guard !state.burnt.contains(greeting.endpoint) else { return Sample.leftAlone }
            state.greetings.append(greeting)
            let outcome = server?.hello(greeting) ?? Sample.reset
            if outcome.isKilled, greeting.strategy.carriesTrueName { state.burnt.insert(greeting.endpoint) }
            return outcome
        }
        return Greeted(roundTrip: .zero, elapsed: .zero, outcome: outcome)
    }

    func penaltyLeft(on endpoint: Endpoint) async -> Duration? {
        state.withLock { $0.burnt.contains(endpoint) } ? .seconds(180) : nil
    }

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let host = request.url.origin.host
        state.withLock { $0.requests.append(request.url.withoutQuery) }
        guard let server = servers[host.description] else {
            throw NetworkError(step: .resolve, host: host.description, cause: .noSuchName)
        }
        let burnt = seen.burnt
        // As lab mode does: without the name where that works, then in the strongest disguise.
        let ways = [ServerNameStrategy.omit, .disorder].flatMap { strategy in
            server.addresses.map { Greeting(host: host, endpoint: $0, strategy: strategy) }
        }
        let way = ways.first { way in
            !burnt.contains(way.endpoint) && server.broken[way.endpoint] == nil && server.hello(way).isVerified
        }
        guard let way else {
            throw NetworkError(step: .secure, host: host.description, cause: .allAttemptsFailed)
        }
        let page = server.page(request)
        let failure = page.failure.map {
            NetworkError(
                step: .exchange, host: host.description, endpoint: way.endpoint, strategy: way.strategy, cause: $0)
        }
        let body = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
            var rest = page.body[...]
            while !rest.isEmpty {
                continuation.yield(ByteBuffer(bytes: rest.prefix(16384)))
                rest = rest.dropFirst(16384)
            }
            continuation.finish(throwing: failure)
        }
        var response = HTTPResponse(
            status: page.status, headers: page.headers, url: request.url, body: HTTPBody(body))
        (response.endpoint, response.strategy) = (way.endpoint, way.strategy)
        return try await receive(response)
    }
}
