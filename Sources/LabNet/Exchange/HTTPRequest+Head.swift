internal import NIOCore
internal import NIOHTTP1

extension HTTPRequest {
    /// The head as it goes on the wire, with the fields that are the transport's.
    func head(userAgent: String) -> HTTPRequestHead {
        var fields = headers
        fields.replaceOrAdd(name: "Host", value: url.origin.authority)
        fields.replaceOrAdd(name: "User-Agent", value: userAgent)
        // Blobs are verified by the digest of the very bytes that are stored: no coding on the way.
        fields.replaceOrAdd(name: "Accept-Encoding", value: "identity")
        fields.remove(name: "Authorization")
        if let authorization { fields.add(name: "Authorization", value: authorization.reveal()) }
        fields.remove(name: "Content-Length")
        fields.remove(name: "Transfer-Encoding")
        if let length = body?.length {
            fields.add(name: "Content-Length", value: String(length))
        } else if body != nil {
            fields.add(name: "Transfer-Encoding", value: "chunked")
        } else if [.POST, .PUT, .PATCH].contains(method) {
            // A method that has a meaning for a body says that there is none (RFC 9110 8.6).
            fields.replaceOrAdd(name: "Content-Length", value: "0")
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: url.target, headers: fields)
    }
}

extension HTTPRequestBody {
    /// How many bytes it has; nil where nobody knows yet.
    fileprivate var length: Int64? {
        switch self {
        case .bytes(let bytes): Int64(bytes.readableBytes)
        case .stream(let stream): stream.length
        }
    }
}

extension HTTPRequest {
    /// Whether it may be sent on a connection that has been idle, and once more where that turns out to be dead.
    var mayUseIdleConnection: Bool {
        if case .stream? = body { false } else { method.isIdempotent }
    }
}

extension HTTPMethod {
    /// Whether it may be sent twice with the effect of once (RFC 9110 9.2.2).
    var isIdempotent: Bool { [.GET, .HEAD, .PUT, .DELETE, .OPTIONS].contains(self) }
}
