/// The proxy that environment variables choose for an origin, as Go's and curl's programs read them. Pure.
package struct ProxyEnvironment: Hashable, Sendable {
    private let variables: [String: String]
    private let exceptions: ProxyExceptions

    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` in any case; the lower-case form wins, then the
    /// upper-case one. An empty value is none.
    package init(_ environment: [String: String]) {
        // Under CGI a client's `Proxy:` field arrives as HTTP_PROXY (CVE-2016-5385).
        let cgi = environment["REQUEST_METHOD"] != nil
        var variables: [String: String] = [:]
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            // In byte order capitals come first, so the lower-case form is the last to be written; mixed forms lie between.
            let lower = name.lowercased()
            guard Self.names.contains(lower), !(cgi && lower == "http_proxy" && name != lower) else { continue }
            let isMixed = name != lower && name != name.uppercased()
            if isMixed, variables[lower] != nil { continue }
            variables[lower] = value
        }
        exceptions = ProxyExceptions(variables["no_proxy"] ?? "")
        self.variables = variables
    }

    private static let names: Set = ["https_proxy", "http_proxy", "all_proxy", "no_proxy"]

    /// The proxy for an origin; nil when it is reached directly.
    ///
    /// `localhost` and loopback addresses never take a proxy, as in Go.
    /// - Throws: `ProxyServer.URLError` when the variable that applies cannot be read.
    package func proxy(for origin: Origin) throws(ProxyServer.URLError) -> ProxyServer? {
        guard let url = variables["\(origin.scheme)_proxy"] ?? variables["all_proxy"],
            !origin.host.isLoopback, !exceptions.cover(origin)
        else { return nil }
        return try ProxyServer(url: url)
    }
}

extension Host {
    fileprivate var isLoopback: Bool {
        switch self {
        case .name(let name): name == "localhost"
        case .address(.v4(let number)): number >> 24 == 127
        case .address(.v6(let high, let low)): high == 0 && low == 1
        }
    }
}
