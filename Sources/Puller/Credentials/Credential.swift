internal import FoundationEssentials
public import LabNet

/// What shows a registry, or its token server, who is asking.
public enum Credential: Hashable, Sendable {
    /// A user name and its password, or an access token in the password's place.
    case password(user: String, Secret)
    /// A refresh token of OAuth (RFC 6749 6), which a token server exchanges for tokens; Docker's `identitytoken`.
    case identityToken(Secret)
    /// A bearer token as the registry itself takes it; Docker's `registrytoken`.
    case registryToken(Secret)

    /// What stands in a user name's place before an identity token (docker-credential-helpers, "Development").
    static let tokenUser = "<token>"

    /// A pair of user name and secret as credential stores keep them; nil for an empty one, which means nobody.
    init?(user: String, secret: String) {
        guard !secret.isEmpty else { return nil }
        self = user == Self.tokenUser ? .identityToken(Secret(secret)) : .password(user: user, Secret(secret))
    }

    /// `Basic …` (RFC 7617); nil for what is not sent so.
    var basic: Secret? {
        guard case .password(let user, let password) = self else { return nil }
        return Self.basic(user, password)
    }

    /// The user's name, which a token server is told; nil where there is none.
    var user: String? {
        if case .password(let user, _) = self { user } else { nil }
    }

    /// The Authorization for a GET of a token: an identity token goes in the password's place.
    var authorizationOfTokenRequest: Secret? {
        switch self {
        case .password(let user, let password): Self.basic(user, password)
        case .identityToken(let token): Self.basic(Self.tokenUser, token)
        case .registryToken: nil
        }
    }

    private static func basic(_ user: String, _ password: Secret) -> Secret {
        Secret("Basic " + Data("\(user):\(password.reveal())".utf8).base64EncodedString())
    }
}

/// Why a stored credential cannot be used. The file or program stands beside it, in `PullError.place`.
public enum CredentialProblem: Error, Hashable, Sendable {
    /// The file is there and cannot be read.
    case unreadable(errno: Int32)
    /// The file is larger than this many bytes.
    case tooLarge(limit: Int)
    /// The file is not what it should be; which part.
    case malformed(String)
    /// The name of a credential helper is none.
    case helperName(String)
    /// The helper is not installed.
    case helperMissing
    /// The helper has not answered within this time.
    case helperTimedOut(Duration)
    /// The helper failed; its own words.
    case helperFailed(String)
    /// The helper's answer cannot be read.
    case helperAnswer
}
