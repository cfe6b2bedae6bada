internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// Asks one registry, or the mirror in its place, for one repository.
struct RegistryClient: Sendable {
    let endpoint: RegistryEndpoint
    let transport: any HTTPExchanging
    let tokens: TokenStore
    let patience: Patience

    /// Finds out which scheme the registry speaks, where that is open; asks nothing otherwise.
    ///
    /// - Parameter mirror: who is asked in the registry's place; nil for the registry itself.
    /// - Throws: `PullError` when that is no host.
    init(
        _ reference: ImageReference, mirror: RegistryMirror? = nil, access: RegistryAccess,
        transport: any HTTPExchanging, patience: Patience
    ) async throws {
        var endpoint: RegistryEndpoint
        do {
            endpoint = try RegistryEndpoint(reference, mirror: mirror, plainHTTP: access.plainHTTP)
        } catch {
            throw PullError(
                step: .manifest, place: mirror?.description ?? reference.domain, cause: .malformed("not a registry"))
        }
        if endpoint.allowsPlainHTTP, try await Self.speaksPlainHTTP(endpoint, transport) {
            endpoint.origin.scheme = .http
            // Without a port of its own the registry is at the scheme's.
            endpoint.origin.port = endpoint.origin.port == 443 ? 80 : endpoint.origin.port
        }
        self.endpoint = endpoint
        self.transport = transport
        self.patience = patience
        tokens = TokenStore(
            endpoint: endpoint, accounts: access.accounts, transport: transport, patience: patience)
    }

    /// The client of another repository of the same registry.
    func client(for repository: String, as accounts: Accounts) -> RegistryClient {
        var endpoint = endpoint
        endpoint.repository = repository
        return RegistryClient(
            endpoint: endpoint, transport: transport,
            tokens: TokenStore(endpoint: endpoint, accounts: accounts, transport: transport, patience: patience),
            patience: patience)
    }

    private init(
        endpoint: RegistryEndpoint, transport: any HTTPExchanging, tokens: TokenStore, patience: Patience
    ) {
        (self.endpoint, self.transport, self.tokens, self.patience) = (endpoint, transport, tokens, patience)
    }

    /// Whether a registry on this machine declines TLS. A certificate that is refused is not that.
    private static func speaksPlainHTTP(
        _ endpoint: RegistryEndpoint, _ transport: any HTTPExchanging
    ) async throws -> Bool {
        do {
            try await transport.exchange(HTTPRequest(url: endpoint.root)) { _ in }
            return false
        } catch let error as NetworkError {
            return error.declinesTLS
        }
    }

    /// Sends a request, a GET unless said otherwise, with whatever authorization the registry wants, and hands a response
    /// of an accepted status to `receive`.
    ///
    /// - Throws: `Refusal` for any other status, `PullError` for whatever fails below; what `receive` throws.
    func get<Value: Sendable>(
        _ url: HTTPURL, by method: HTTPMethod = .GET, headers: HTTPHeaders, accepting statuses: Set<Int> = [200],
        step: PullError.Step,
        _ receive: @escaping @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        try await ask(HTTPRequest(method: method, url: url, headers: headers), accepting: statuses, step: step, receive)
    }

    /// Sends a request with whatever authorization the registry wants, and hands a response of an accepted status to
    /// `receive`. Whoever is at another origin gets none, and is asked once; a body that is a stream is produced anew for
    /// each time that it is sent.
    ///
    /// - Throws: `Refusal` for any other status, `PullError` for whatever fails below; what `receive` and the maker of the
    ///   body throw.
    func ask<Value: Sendable>(
        _ request: HTTPRequest, accepting statuses: Set<Int>, step: PullError.Step,
        _ receive: @escaping @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let url = request.url
        let isOwn = url.origin == endpoint.origin
        var authorization = isOwn ? try await tokens.authorization() : nil
        var round = 1
        while true {
            // The first 401 asks for a token, the second may be for one that has just run out; the third is an answer.
            let mayAnswer = isOwn && round < 3
            var request = request
            request.authorization = authorization
            let answer: Answer<Value> = try await naming(step, at: url.origin.authority) { [request] in
                try await transport.exchange(request) { response in
                    if statuses.contains(response.status) { return .value(try await receive(response)) }
                    let refusal = try await Refusal(
                        response, step: step, now: patience.clock.secondsSince1970())
                    // A 401 from a host that the registry redirected to is not the registry's: it gets no credential.
                    guard response.status == 401, mayAnswer, response.url.origin == url.origin else { throw refusal }
                    let challenges = Challenge.parse(response.headers["WWW-Authenticate"])
                    return .challenge(challenges, refusal, response.network)
                }
            }
            switch answer {
            case .value(let value): return value
            case .challenge(let challenges, let refusal, let network):
                authorization = try await tokens.answer(challenges, refused: authorization, from: network)
                // Without an answer to give, the server's own words say most.
                guard authorization != nil else { throw refusal }
            }
            round += 1
        }
    }

    private enum Answer<Value: Sendable>: Sendable {
        case value(Value)
        case challenge([Challenge], Refusal, NetworkKind)
    }
}

extension NetworkError {
    /// Whether a server is there and speaks no TLS, or nobody listens on TLS's port.
    fileprivate var declinesTLS: Bool {
        switch cause {
        case .allAttemptsFailed: !attempts.isEmpty && attempts.allSatisfy(\.declinesTLS)
        case .tls, .alert, .closedAfterHello, .resetAfterHello: true
        case .refused: step == .dial
        default: false
        }
    }
}
