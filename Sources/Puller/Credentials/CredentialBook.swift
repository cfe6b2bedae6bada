internal import FoundationEssentials
internal import LabNet

/// A file of credentials: Docker's `config.json` or podman's `auth.json`. Pure; reading and running is for others.
///
/// Sources: docker/cli `cli/config/configfile`, containers-auth.json(5).
struct CredentialBook: Sendable {
    /// What the file's keys mean.
    enum Kind: Hashable, Sendable {
        /// Hosts, whatever path follows.
        case docker
        /// Hosts, or hosts with the beginning of a repository's path; the longest counts.
        case podman
    }

    /// No file of either kind is larger, in bytes.
    static let limit = 1 << 20

    private let kind: Kind
    private let wire: Wire

    /// Reads a file's text; an empty one holds nothing.
    ///
    /// - Throws: `CredentialProblem` that says which part is wrong, and quotes none of it.
    init(_ text: String, kind: Kind) throws(CredentialProblem) {
        self.kind = kind
        guard text.utf8.count <= Self.limit else { throw .tooLarge(limit: Self.limit) }
        guard text.contains(where: { !$0.isWhitespace }) else {
            wire = Wire()
            return
        }
        do {
            wire = try JSONDecoder().decode(Wire.self, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw .malformed(error.place)
        } catch {
            throw .malformed("JSON")
        }
    }

    /// The helper that is to be asked for a host; nil where there is none.
    ///
    /// - Throws: `CredentialProblem.helperName`.
    func helper(for host: CredentialHost) throws(CredentialProblem) -> CredentialHelper? {
        let own = Self.sorted(wire.credHelpers).first { host.matches($0.key) }?.value
        guard let name = own ?? wire.credsStore, !name.isEmpty else { return nil }
        guard let helper = CredentialHelper(name: name) else { throw .helperName(name) }
        return helper
    }

    /// What the file itself holds for a repository on a host; nil for nothing.
    ///
    /// - Throws: `CredentialProblem.malformed`.
    func credential(for host: CredentialHost, repository: String) throws(CredentialProblem) -> Credential? {
        for (key, entry) in entries(for: host, repository: repository) {
            if let credential = try entry.credential(under: key) { return credential }
        }
        return nil
    }

    /// The entries that may be meant, the closest first.
    private func entries(for host: CredentialHost, repository: String) -> [(key: String, value: Entry)] {
        let all = Self.sorted(wire.auths).filter { host.matches($0.key) }
        switch kind {
        case .docker:
            let exact = all.filter { $0.key == host.key }
            return exact + all.filter { $0.key != host.key }
        case .podman:
            let matching = all.compactMap { entry in
                host.depth(of: entry.key, for: repository).map { (entry: entry, depth: $0) }
            }
            return matching.sorted { ($1.depth, $0.entry.key) < ($0.depth, $1.entry.key) }.map(\.entry)
        }
    }

    /// JSON's objects have no order: the same file must always give the same answer.
    private static func sorted<Value>(_ entries: [String: Value]?) -> [(key: String, value: Value)] {
        (entries ?? [:]).sorted { $0.key < $1.key }
    }

    private struct Wire: Decodable {
        var auths: [String: Entry]?
        var credHelpers: [String: String]?
        var credsStore: String?
    }
}

extension CredentialBook {
    /// One entry of `auths`.
    private struct Entry: Decodable {
        var auth: String?
        var username: String?
        var password: String?
        var identitytoken: String?
        var registrytoken: String?

        func credential(under key: String) throws(CredentialProblem) -> Credential? {
            if let token = identitytoken, !token.isEmpty { return .identityToken(Secret(token)) }
            if let token = registrytoken, !token.isEmpty {
                guard Token.isOneWord(token) else { throw .malformed("auths[\(key)][registrytoken]") }
                return .registryToken(Secret(token))
            }
            guard let auth, !auth.isEmpty else {
                return Credential(user: username ?? "", secret: password ?? "")
            }
            guard let (user, secret) = Self.pair(auth) else { throw .malformed("auths[\(key)][auth]") }
            return Credential(user: user, secret: secret)
        }

        /// `user:password` in Base64 (RFC 4648 4), padded or not; NULs at its end are none of the password.
        private static func pair(_ auth: String) -> (user: String, secret: String)? {
            let padding = String(repeating: "=", count: (4 - auth.utf8.count % 4) % 4)
            guard let data = Data(base64Encoded: auth + padding), let text = String(data: data, encoding: .utf8),
                let colon = text.firstIndex(of: ":")
            else { return nil }
            var secret = text[text.index(after: colon)...]
            while secret.last == "\0" { secret.removeLast() }
            return (String(text[..<colon]), String(secret))
        }
    }
}

extension DecodingError {
    /// The part that is wrong, as `auths[host][auth]`; without any of its value.
    fileprivate var place: String {
        let path: [any CodingKey]
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            path = context.codingPath
        @unknown default: path = []
        }
        guard let first = path.first else { return "JSON" }
        return path.dropFirst().reduce(first.stringValue) { text, key in text + "[\(key.stringValue)]" }
    }
}
