internal import FoundationEssentials
internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// The token server that a registry names, and what to ask it for.
struct TokenServer: Hashable, Sendable {
    /// Where it is; vetted.
    var realm: Realm
    /// The registry's name for itself.
    var service: String?
    /// `repository:library/nginx:pull`.
    var scopes: [String]

    /// Asks for a token with a GET, each scope in a field of its own (distribution, "Token Authentication").
    ///
    /// - Parameter credential: whose token; nil for an anonymous one.
    func request(as credential: Credential?) -> HTTPRequest {
        let account = credential?.user.map { [("account", $0)] } ?? []
        let query = Self.form(serviceField + scopes.map { ("scope", $0) } + account)
        var url = realm.url
        if !query.isEmpty { url.target += (url.target.contains("?") ? "&" : "?") + query }
        var request = HTTPRequest(
            url: url, headers: ["Accept": "application/json"], authorization: credential?.authorizationOfTokenRequest)
        request.reach = realm.reach
        return request
    }

    /// Exchanges an identity token for a token with a POST (distribution, "OAuth2 Token Authentication"; RFC 6749 6).
    /// The identity token stands in the body, which no redirect repeats.
    func request(exchanging identityToken: Secret) -> HTTPRequest {
        let fields =
            [("grant_type", "refresh_token"), ("client_id", "docker-tar-lab")] + serviceField
            + [("scope", scopes.joined(separator: " ")), ("refresh_token", identityToken.reveal())]
        var request = HTTPRequest(
            method: .POST, url: realm.url,
            headers: ["Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"],
            body: ByteBuffer(string: Self.form(fields)))
        request.reach = realm.reach
        return request
    }

    private var serviceField: [(String, String)] { service.map { [("service", $0)] } ?? [] }

    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
    }

    /// Percent-encoding of all but the unreserved characters (RFC 3986 2.3), and of `:` and `/`, which a query may hold.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"):
                [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A bearer token and the end of its life.
struct Token: Sendable {
    /// `Bearer …`.
    var authorization: Secret
    /// On the clock of the pull.
    var expiry: Duration
    /// What takes the place of the identity token that was exchanged for it; nil where that stays good.
    var nextIdentityToken: Secret?

    /// Reads a token server's answer; a token lives 60 s where it does not say (distribution, "Token Authentication").
    ///
    /// - Throws: `PullError.Cause.malformed`.
    init(_ body: [UInt8], asked: Duration) throws(PullError.Cause) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)) else {
            throw .malformed("the token server's answer is not JSON of the right shape")
        }
        let candidates = [wire.token, wire.accessToken].compactMap { $0 }
        guard let token = candidates.first(where: { !$0.isEmpty }) else { throw .malformed("no token in the answer") }
        guard Self.isOneWord(token) else { throw .malformed("a token with control characters") }
        authorization = Secret("Bearer \(token)")
        expiry = asked + .seconds(min(max(wire.lifetime ?? 60, 0), 86400))
        nextIdentityToken = wire.refreshToken.flatMap { $0.isEmpty ? nil : Secret($0) }
    }

    /// Whether a token can stand in a header field: one word, nothing that could begin another field.
    static func isOneWord(_ token: String) -> Bool { token.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    private struct Wire: Decodable {
        var token: String?
        var accessToken: String?
        var lifetime: Double?
        var refreshToken: String?

        enum CodingKeys: String, CodingKey {
            case token
            case accessToken = "access_token"
            case lifetime = "expires_in"
            case refreshToken = "refresh_token"
        }
    }
}
