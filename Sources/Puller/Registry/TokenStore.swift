internal import FoundationEssentials
internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// What a registry wants to see before it answers, and the token that satisfies it for now.
///
/// One pull asks one registry for one scope; whoever needs a new token waits for the one who is getting it.
actor TokenStore {
    private enum Scheme {
        /// The registry has not asked.
        case none
        /// User name and password with every request (RFC 7617).
        case basic
        /// A token of this server (distribution, "Token Authentication").
        case bearer(TokenServer)
    }

    private let endpoint: RegistryEndpoint
    private let credential: RegistryAccess.Credential?
    private let transport: any HTTPExchanging
    private let patience: Patience
    private let turnstile = Turnstile()
    private var scheme = Scheme.none
    private var token: Token?

    /// The credential is the registry's own: a mirror is asked without.
    init(
        endpoint: RegistryEndpoint, credential: RegistryAccess.Credential?, transport: any HTTPExchanging,
        patience: Patience
    ) {
        self.endpoint = endpoint
        self.credential = endpoint.isMirror ? nil : credential
        self.transport = transport
        self.patience = patience
    }

    /// The Authorization to send with the next request; nil as long as the registry has not asked for one.
    ///
    /// - Throws: `PullError` when an expired token cannot be replaced.
    func authorization() async throws -> Secret? {
        switch scheme {
        case .none: return nil
        case .basic: return credential?.basic
        case .bearer(let server):
            if let token, token.expiry > patience.clock.now() { return token.authorization }
            return try await renewed(from: server, unlike: token?.authorization)
        }
    }

    /// The Authorization that answers a 401; nil when there is none that has not been refused already.
    ///
    /// - Parameter refused: what the refused request carried.
    /// - Throws: `PullError` when the realm is refused, or the token server refuses.
    func answer(_ challenges: [Challenge], refused: Secret?) async throws -> Secret? {
        if let bearer = challenges.first(where: { $0.scheme == "bearer" && $0.parameters["realm"] != nil }) {
            let server = try server(of: bearer)
            scheme = .bearer(server)
            return try await renewed(from: server, unlike: refused)
        }
        guard challenges.contains(where: { $0.scheme == "basic" }), let basic = credential?.basic, basic != refused
        else { return nil }
        scheme = .basic
        return basic
    }

    private func server(of challenge: Challenge) throws -> TokenServer {
        do {
            return TokenServer(
                realm: try Realm.vetted(challenge.parameters["realm"] ?? "", for: endpoint.origin),
                service: challenge.parameters["service"],
                scopes: challenge.parameters["scope"]?.split(separator: " ").map(String.init)
                    ?? ["repository:\(endpoint.repository):pull"])
        } catch {
            throw PullError(step: .authorise, place: endpoint.origin.authority, cause: error)
        }
    }

    /// A token that is not the one given: another task's newer one, or a fresh one.
    private func renewed(from server: TokenServer, unlike old: Secret?) async throws -> Secret {
        try await turnstile.pass {
            if let token, token.authorization != old, token.expiry > patience.clock.now() {
                return token.authorization
            }
            let request = HTTPRequest(
                url: server.url(user: credential?.user), headers: ["Accept": "application/json"],
                authorization: credential?.basic)
            let fresh = try await patience.insist(established: token != nil) {
                try await ask(request)
            }
            token = fresh
            return fresh.authorization
        }
    }

    private func ask(_ request: HTTPRequest) async throws -> Token {
        let clock = patience.clock
        return try await naming(.authorise, at: request.url.origin.authority) {
            // The life of a token counts from before it was asked for: clocks of servers are not ours.
            let asked = clock.now()
            return try await transport.exchange(request) { response in
                guard response.status == 200 else {
                    throw try await Refusal(response, step: .authorise, now: clock.secondsSince1970())
                }
                let body = try await response.body.collect(upTo: 1 << 20)
                return try Token(Array(body.readableBytesView), asked: asked)
            }
        }
    }
}

extension RegistryAccess.Credential {
    /// `Basic …` (RFC 7617).
    fileprivate var basic: Secret {
        Secret("Basic " + Data("\(user):\(password.reveal())".utf8).base64EncodedString())
    }
}
