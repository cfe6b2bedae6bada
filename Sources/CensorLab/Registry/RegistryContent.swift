import NIOCore
import NIOHTTP1
import Puller

/// What the lab's registry answers to a request: a pure value, so a table of requests tests it.
struct RegistryContent: WebContent {
    var images: [LabImage]
    var rules: LabRegistry.Rules
    /// Stands in tokens and signatures; nobody can guess it.
    var secret: String

    func answer(to head: HTTPRequestHead) -> WebAnswer {
        switch rules.fault {
        case .failing: return .failure(.internalServerError, "UNKNOWN", "unknown error")
        case .denying: return .failure(.forbidden, "DENIED", "not available in your region under export rules")
        case .falsifying, nil: break
        }
        guard head.method == .GET || head.method == .HEAD else {
            return .failure(.methodNotAllowed, "UNSUPPORTED", "this registry is read-only")
        }
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts.first ?? "")
        let query = parts.count == 2 ? Self.fields(of: parts[1]) : [:]
        if path == "/token", rules.tokenHost != nil { return token(scope: query["scope"] ?? "") }
        if path.hasPrefix("/blobs/"), rules.blobHost != nil { return signedBlob(path, query: query, head: head) }
        guard path == "/v2/" || path.hasPrefix("/v2/") else {
            return .failure(.notFound, "NAME_UNKNOWN", "no such page")
        }
        return registryAnswer(path: path, head: head)
    }

    private func registryAnswer(path: String, head: HTTPRequestHead) -> WebAnswer {
        let words = path.dropFirst(4).split(separator: "/").map(String.init)
        let repository = words.dropLast(2).joined(separator: "/")
        let scope = words.count > 2 ? "repository:\(repository):pull" : nil
        if let refusal = refusal(of: head, scope: scope) { return refusal }
        if words.isEmpty { return .json(.ok, "{}", headers: ["Docker-Distribution-API-Version": "registry/2.0"]) }
        guard let image = images.first(where: { $0.repository == repository }), words.count > 2 else {
            return .failure(.notFound, "NAME_UNKNOWN", "repository name not known to registry")
        }
        switch words[words.count - 2] {
        case "manifests": return manifest(words[words.count - 1], of: image)
        case "blobs": return blob(words[words.count - 1], of: image, head: head)
        case "tags": return .json(.ok, #"{"name":"\#(repository)","tags":["\#(image.tag)"]}"#)
        default: return .failure(.notFound, "UNSUPPORTED", "no such page")
        }
    }

    private func manifest(_ name: String, of image: LabImage) -> WebAnswer {
        let digest = name == image.tag ? image.root.digest : Digest(name)
        guard let digest, let document = image.documents[digest] else {
            return .failure(.notFound, "MANIFEST_UNKNOWN", "manifest unknown")
        }
        let bytes = rules.fault == .falsifying ? document.bytes + [UInt8(ascii: "\n")] : document.bytes
        return .content(ByteBuffer(bytes: bytes), digest: digest, mediaType: document.mediaType, range: nil)
    }

    private func blob(_ name: String, of image: LabImage, head: HTTPRequestHead) -> WebAnswer {
        guard let digest = Digest(name), let blob = image.blobs[digest] else {
            return .failure(.notFound, "BLOB_UNKNOWN", "blob unknown to registry")
        }
        if let host = rules.blobHost, head.method == .GET {
            let place = "\(rules.scheme)://\(host)\(port(of: head))/blobs/\(digest)?signature=\(secret)"
            return WebAnswer(status: .temporaryRedirect, headers: ["Location": place])
        }
        return content(blob, digest: digest, head: head)
    }

    /// A storage host takes the signature for the right to read, and refuses whoever sends a credential along (as S3 does).
    private func signedBlob(_ path: String, query: [String: String], head: HTTPRequestHead) -> WebAnswer {
        guard !head.headers.contains(name: "Authorization") else {
            return .failure(.badRequest, "INVALID_REQUEST", "only one means of authentication is allowed")
        }
        guard query["signature"] == secret else { return .failure(.forbidden, "DENIED", "signature does not match") }
        let digest = Digest(path.dropFirst("/blobs/".count))
        guard let digest, let blob = images.lazy.compactMap({ $0.blobs[digest] }).first else {
            return .failure(.notFound, "BLOB_UNKNOWN", "no such object")
        }
        return content(blob, digest: digest, head: head)
    }

    private func content(_ blob: ByteBuffer, digest: Digest, head: HTTPRequestHead) -> WebAnswer {
        let range = head.method == .GET ? head.headers.first(name: "Range") : nil
        return .content(blob, digest: digest, mediaType: "application/octet-stream", range: range)
    }
}

extension RegistryContent {
    /// A token that says what it is for.
    private func token(scope: String) -> WebAnswer {
        let token = bearer(for: scope)
        return .json(.ok, #"{"token":"\#(token)","access_token":"\#(token)","expires_in":300}"#)
    }

    private func bearer(for scope: String) -> String {
        "\(secret).\(scope.utf8.map { String($0, radix: 16) }.joined(separator: "-"))"
    }

    /// 401 with a challenge (RFC 6750 3, distribution's token specification), where this registry wants a token.
    private func refusal(of head: HTTPRequestHead, scope: String?) -> WebAnswer? {
        guard let host = rules.tokenHost else { return nil }
        // The API's root takes a token for whatever scope.
        if let given = head.headers.first(name: "Authorization"),
            scope.map({ given == "Bearer \(bearer(for: $0))" }) ?? given.hasPrefix("Bearer \(secret).")
        {
            return nil
        }
        var challenge = #"Bearer realm="\#(rules.scheme)://\#(host)\#(port(of: head))/token",service="lab""#
        if let scope { challenge += #",scope="\#(scope)""# }
        let headers: HTTPHeaders = [
            "WWW-Authenticate": challenge, "Docker-Distribution-API-Version": "registry/2.0",
        ]
        return .failure(.unauthorized, "UNAUTHORIZED", "authentication required", headers: headers)
    }

    /// The port by which the client came, `:port` or nothing: realm and redirects lead to the same one, whatever stands
    /// between the client and this server.
    private func port(of head: HTTPRequestHead) -> String {
        let port = head.headers.first(name: "Host")?.split(separator: ":").last.flatMap { UInt16($0) }
        return port.map { ":\($0)" } ?? ""
    }

    /// The fields of a query string.
    private static func fields(of query: Substring) -> [String: String] {
        let pairs = query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], percentDecoded($0[1])) }) { first, _ in first }
    }

    private static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
