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
        if let body {
            fields.replaceOrAdd(name: "Content-Length", value: String(body.readableBytes))
        } else if [.POST, .PUT, .PATCH].contains(method) {
            // A method that has a meaning for a body says that there is none (RFC 9110 8.6).
            fields.replaceOrAdd(name: "Content-Length", value: "0")
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: url.target, headers: fields)
    }
}

extension HTTPMethod {
    /// Whether it may be sent twice with the effect of once (RFC 9110 9.2.2).
    var isIdempotent: Bool { [.GET, .HEAD, .PUT, .DELETE, .OPTIONS].contains(self) }
}
