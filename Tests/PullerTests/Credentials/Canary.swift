import Foundation
import LabNet

@testable import Puller

/// A credential that is planted to be recognised wherever it turns up.
struct Canary: Sendable {
    let user: String
    let secret: String

    /// Each is like no other.
    init(_ name: String) {
        user = "user-of-\(name)"
        secret = "canary/\(name)+\(UUID().uuidString)"
    }

    var password: Credential { .password(user: user, Secret(secret)) }
    var identityToken: Credential { .identityToken(Secret(secret)) }

    /// `user:secret` as Docker's file and Basic hold it.
    var encoded: String { Data("\(user):\(secret)".utf8).base64EncodedString() }

    /// Whether a text holds the secret, in any form in which it could be sent.
    func isIn(_ text: String) -> Bool {
        let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
        // The encoding in TokenServer leaves "/" as it is.
        let form = secret.replacingOccurrences(of: "+", with: "%2B")
        let asToken = Data("<token>:\(secret)".utf8).base64EncodedString()
        return [secret, percent, form, encoded, asToken].contains { text.contains($0) }
    }

    /// The hosts that have seen it.
    func seen(in internet: FakeInternet) -> Set<String> {
        Set(internet.seen.filter { isIn($0.text) }.map(\.host))
    }
}

extension Accounts {
    /// Accounts of Docker's file with this text, and of podman's.
    static func stored(
        docker: String? = nil, podman: String? = nil, environment: [String: String] = [:]
    ) -> Accounts {
        var accounts = Accounts()
        accounts.files = Files(
            docker: "/home/me/.docker/config.json", podman: ["/run/me/auth.json"], environment: environment
        ) { (path) throws(CredentialProblem) in
            path == "/home/me/.docker/config.json" ? docker : path == "/run/me/auth.json" ? podman : nil
        }
        return accounts
    }
}
