internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// What a registry wants to see before it answers, and the token that satisfies it for now.
///
/// One pull asks one registry for one scope; whoever needs a new token waits for the one who is getting it. Who asks is
/// found out when the registry wants to know, and not before.
actor TokenStore {
    private enum Scheme {
        /// The registry has not asked.
        case none
        /// The same Authorization with every request: user name and password (RFC 7617), or a registry token.
        case fixed(Secret)
        /// A token of this server (distribution, "Token Authentication").
        case bearer(TokenServer)
    }

    private let endpoint: RegistryEndpoint
    private let accounts: Accounts
    private let transport: any HTTPExchanging
    private let patience: Patience
    private let turnstile = Turnstile()
    private var scheme = Scheme.none
    /// What every token is asked to be good for, besides what the registry names.
    private var wanted: [String] = []
    private var token: Token?
    private var credential: Credential?
    private var hasLookedForCredential = false
    /// The token servers that know no POST.
    private var withoutPOST: Set<HTTPURL> = []

    /// Nothing is asked and no file is read before the registry wants to know who asks.
    init(endpoint: RegistryEndpoint, accounts: Accounts, transport: any HTTPExchanging, patience: Patience) {
        self.endpoint = endpoint
        self.accounts = accounts
        self.transport = transport
        self.patience = patience
    }

    /// From now on tokens are to be good for these scopes too: `repository:library/nginx:pull,push`.
    func want(_ scopes: [String]) {
        let new = scopes.filter { !wanted.contains($0) }
        guard !new.isEmpty else { return }
        wanted += new
        token = nil
        if case .bearer(var server) = scheme {
            server.scopes = wantedScopes(besides: server.scopes)
            scheme = .bearer(server)
        }
    }

    /// What is wanted, and what of the others says more.
    private func wantedScopes(besides others: [String]) -> [String] {
        wanted + others.filter { other in !wanted.contains { Self.does($0, cover: other) } }
    }

    /// Whether a scope names the same thing as another, and all of its actions.
    private static func does(_ scope: String, cover other: String) -> Bool {
        func parts(_ scope: String) -> (of: Substring, actions: Set<Substring>) {
            let end = scope.lastIndex(of: ":") ?? scope.endIndex
            return (scope[..<end], Set(scope[end...].dropFirst().split(separator: ",")))
        }
        let (mine, its) = (parts(scope), parts(other))
        return mine.of == its.of && its.actions.isSubset(of: mine.actions)
    }

    /// The Authorization to send with the next request; nil as long as the registry has not asked for one.
    ///
    /// - Throws: `PullError` when an expired token cannot be replaced.
    func authorization() async throws -> Secret? {
        switch scheme {
        case .none: return nil
        case .fixed(let authorization): return authorization
        case .bearer(let server):
            if let token, token.expiry > patience.clock.now() { return token.authorization }
            return try await renewed(from: server, unlike: token?.authorization)
        }
    }

    /// The Authorization that answers a 401; nil when there is none that has not been refused already.
    ///
    /// - Parameters:
    ///   - refused: what the refused request carried.
    ///   - network: where the 401 came from.
    /// - Throws: `PullError` when the realm is refused, the token server refuses, or a stored credential cannot be
    ///   used.
    func answer(
        _ challenges: [Challenge], refused: Secret?, from network: NetworkKind
    ) async throws -> Secret? {
        if let bearer = challenges.first(where: { $0.scheme == "bearer" && $0.parameters["realm"] != nil }) {
            let server = try server(of: bearer, from: network)
            if case .registryToken(let token)? = try await turnstile.pass({ try await foundCredential() }) {
                return fixed(Secret("Bearer " + token.reveal()), refused: refused)
            }
            scheme = .bearer(server)
            return try await renewed(from: server, unlike: refused)
        }
        guard challenges.contains(where: { $0.scheme == "basic" }),
            let basic = try await turnstile.pass({ try await foundCredential() })?.basic
        else { return nil }
        return fixed(basic, refused: refused)
    }

    /// An Authorization that stays the same: once refused, it is of no use.
    private func fixed(_ authorization: Secret, refused: Secret?) -> Secret? {
        guard authorization != refused else { return nil }
        scheme = .fixed(authorization)
        return authorization
    }

    private func server(of challenge: Challenge, from network: NetworkKind) throws -> TokenServer {
        do {
            return TokenServer(
                realm: try Realm(challenge.parameters["realm"] ?? "", for: endpoint.origin, in: network),
                service: challenge.parameters["service"],
                scopes: wantedScopes(
                    besides: challenge.parameters["scope"]?.split(separator: " ").map(String.init)
                        ?? ["repository:\(endpoint.repository):pull"]))
        } catch {
            throw PullError(step: .authorise, place: endpoint.origin.authority, cause: error)
        }
    }

    /// Who asks; looked for once.
    private func foundCredential() async throws -> Credential? {
        if !hasLookedForCredential {
            credential = try await accounts.credential(for: endpoint, clock: patience.clock)
            hasLookedForCredential = true
        }
        return credential
    }

    /// A token that is not the one given: another task's newer one, or a fresh one.
    private func renewed(from server: TokenServer, unlike old: Secret?) async throws -> Secret {
        try await turnstile.pass {
            if let token, token.authorization != old, token.expiry > patience.clock.now() {
                return token.authorization
            }
            let credential = try await foundCredential()
            let fresh = try await patience.insist(established: token != nil) {
                try await freshToken(from: server, as: credential)
            }
            token = fresh
            if case .identityToken? = credential, let next = fresh.nextIdentityToken {
                self.credential = .identityToken(next)
            }
            return fresh.authorization
        }
    }

    /// Asks for a token. An identity token is exchanged by POST where the server knows that, and otherwise goes in the
    /// password's place, as Docker does it; a password is never in a body.
    private func freshToken(from server: TokenServer, as credential: Credential?) async throws -> Token {
        if case .identityToken(let identityToken)? = credential, !withoutPOST.contains(server.realm.url) {
            do {
                return try await ask(server.request(exchanging: identityToken))
            } catch let refusal as Refusal where refusal.saysNoSuchMethod {
                withoutPOST.insert(server.realm.url)
            }
        }
        return try await ask(server.request(as: credential))
    }

    private func ask(_ request: HTTPRequest) async throws -> Token {
        let clock = patience.clock
        return try await naming(.authorise, at: request.url.origin.authority) {
            // The life of a token counts from before it was asked for: clocks of servers are not ours.
            let asked = clock.now()
            do {
                return try await transport.exchange(request) { response in
                    guard response.status == 200 else {
                        throw try await Refusal(response, step: .authorise, now: clock.secondsSince1970())
                    }
                    let body = try await response.body.collect(upTo: 1 << 20)
                    return try Token(Array(body.readableBytesView), asked: asked)
                }
            } catch let error as NetworkError where error.isOutOfReach {
                throw Realm.elsewhere(request.url)
            }
        }
    }
}

extension Refusal {
    /// Whether a server knows no POST at this place: Google's registry answers 404, Artifactory 405.
    fileprivate var saysNoSuchMethod: Bool {
        switch error.cause {
        case .notFound, .status(405, _): true
        default: false
        }
    }
}

extension NetworkError {
    fileprivate var isOutOfReach: Bool {
        if case .outOfReach = cause { true } else { false }
    }
}
