internal import FoundationEssentials
internal import LabNet

/// The token server that a registry names, and what to ask it for.
struct TokenServer: Hashable, Sendable {
    /// Where it is; vetted.
    var realm: HTTPURL
    /// The registry's name for itself.
    var service: String?
    /// `repository:library/nginx:pull`.
    var scopes: [String]

    /// The realm with the query that asks for a token; each scope stands in a field of its own.
    func url(user: String?) -> HTTPURL {
        var fields: [(String, String)] = []
        if let service { fields.append(("service", service)) }
        fields += scopes.map { ("scope", $0) }
        if let user { fields.append(("account", user)) }
        let query = fields.map { "\($0.0)=\(Self.encoded($0.1))" }.joined(separator: "&")
        var url = realm
        if !query.isEmpty { url.target += (realm.target.contains("?") ? "&" : "?") + query }
        return url
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

    /// Reads a token server's answer; a token lives 60 s where it does not say (distribution, "Token Authentication").
    ///
    /// - Throws: `PullError.Cause.malformed`.
    init(_ body: [UInt8], asked: Duration) throws(PullError.Cause) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)) else {
            throw .malformed("the token server's answer is not JSON of the right shape")
        }
        let candidates = [wire.token, wire.accessToken].compactMap { $0 }
        guard let token = candidates.first(where: { !$0.isEmpty }) else { throw .malformed("no token in the answer") }
        // It goes into a header field: one word, nothing that could begin another field.
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed("a token with control characters")
        }
        authorization = Secret("Bearer \(token)")
        expiry = asked + .seconds(min(max(wire.lifetime ?? 60, 0), 86400))
    }

    private struct Wire: Decodable {
        var token: String?
        var accessToken: String?
        var lifetime: Double?

        enum CodingKeys: String, CodingKey {
            case token
            case accessToken = "access_token"
            case lifetime = "expires_in"
        }
    }
}
