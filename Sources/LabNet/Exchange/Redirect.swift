package import NIOHTTP1

/// Which request follows a redirect (RFC 9110 15.4). Pure.
package enum Redirect {
    /// How many are followed, one after the other.
    static let limit = 10

    /// The request that follows from this response; nil when the response is to be returned as it is.
    ///
    /// GET and HEAD are followed, with their method: nothing that changes the server's state is repeated elsewhere, unless
    /// the request says that it may be (`followsWithBody`) and the redirect keeps method and body.
    /// Authorization goes on only while the origin stays the same, and does not come back after that. Nor does anything
    /// lead from the Internet into the user's own network: see ``Reach``.
    /// - Parameters:
    ///   - count: how many redirects have been followed already.
    ///   - network: where the response comes from; nil for what the host's literal or name tells.
    /// - Throws: `NetworkError.redirect` for one that may not be followed.
    package static func following(
        _ request: HTTPRequest, status: Int, headers: HTTPHeaders, count: Int, from network: NetworkKind? = nil
    ) throws(NetworkError) -> HTTPRequest? {
        let mayFollow =
            [.GET, .HEAD].contains(request.method) || request.followsWithBody && [307, 308].contains(status)
        guard [301, 302, 303, 307, 308].contains(status), mayFollow else { return nil }
        func refuse(_ reason: String) -> NetworkError {
            NetworkError(step: .exchange, host: request.url.origin.host.description, cause: .redirect(reason))
        }
        guard count < limit else { throw refuse("more than \(limit)") }
        guard let location = headers.first(name: "location") else { throw refuse("\(status) without Location") }
        guard let url = request.url.resolving(location) else { throw refuse("malformed Location") }
        guard url.origin.scheme == .https || request.url.origin.scheme == .http else {
            throw refuse("from https to \(url.withoutQuery)")
        }
        var next = request
        next.url = url
        if url.origin != request.url.origin { next.authorization = nil }
        next.reach = request.reach.intersection(Reach(from: network ?? NetworkKind(request.url.origin.host)))
        return next
    }
}
