public import NIOCore
public import NIOHTTP1

/// One request. Host, User-Agent and Accept-Encoding are added by the transport.
public struct HTTPRequest: Sendable {
    /// The method.
    public var method: HTTPMethod
    /// Where it goes.
    public var url: HTTPURL
    /// Further header fields; never Authorization.
    public var headers: HTTPHeaders
    /// The value of the Authorization field. It goes to `url`'s origin and does not follow a redirect to another.
    public var authorization: Secret?
    /// The body.
    public var body: HTTPRequestBody?
    /// Whether redirects are followed; otherwise they are responses like any other.
    package var followsRedirects = true
    /// Whether a redirect that keeps method and body (307, 308) is followed even though the method changes the server's
    /// state: the body can be sent, or produced, once more, and may be seen by whoever the server names.
    package var followsWithBody = false
    /// Where it may go; what a redirect leads to is limited further by where it comes from.
    package var reach = Reach.anywhere

    /// A GET unless said otherwise; the body is held in memory.
    public init(
        method: HTTPMethod = .GET, url: HTTPURL, headers: HTTPHeaders = [:], authorization: Secret? = nil,
        body: ByteBuffer? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.authorization = authorization
        self.body = body.map { .bytes($0) }
    }
}

/// The head of a final response (redirects followed), and its body as it arrives.
public struct HTTPResponse: Sendable {
    /// The status code, 200…599.
    public var status: Int
    /// The header fields.
    public var headers: HTTPHeaders
    /// The URL that answered, after redirects.
    public var url: HTTPURL
    /// The body; not yet read.
    public var body: HTTPBody
    /// Whom the connection was made to; nil where nobody says.
    package var endpoint: Endpoint?
    /// The address of the host itself; nil where a proxy found it, and where nobody says.
    package var destination: IPAddress?
    /// The hello that opened it; nil in plain HTTP, and where nobody says.
    package var strategy: ServerNameStrategy?

    /// Puts the parts together.
    public init(status: Int, headers: HTTPHeaders, url: HTTPURL, body: HTTPBody) {
        self.status = status
        self.headers = headers
        self.url = url
        self.body = body
    }
    /// The network that answered: by its address where that is known, otherwise by its literal or name.
    package var network: NetworkKind { destination.map { NetworkKind($0) } ?? NetworkKind(url.origin.host) }
}
