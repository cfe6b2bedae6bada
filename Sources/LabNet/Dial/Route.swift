/// One path to an origin: the endpoint that is dialled, and what the proxy there is asked for, if it is one.
///
/// It is also what a residual penalty sticks to: a censor's box remembers (address, port), whatever the host's name.
package struct Route: Hashable, Sendable {
    /// Where the TCP connection goes: the origin itself, or the proxy.
    package var endpoint: Endpoint
    /// The proxy at `endpoint`, and what it is to connect to; nil when the way is direct.
    package var relay: Relay?

    /// A direct way, unless a relay is given.
    package init(endpoint: Endpoint, relay: Relay? = nil) {
        self.endpoint = endpoint
        self.relay = relay
    }

    /// What a proxy is asked to do.
    package struct Relay: Hashable, Sendable {
        /// The proxy.
        package var proxy: ProxyServer
        /// Whom it shall connect to: a name that it resolves itself, or an address.
        package var host: Host
        /// And on which port.
        package var port: UInt16

        /// How a proxy that speaks TLS is greeted: `omit` where its own address is in doubt.
        package var greeting: ServerNameStrategy

        /// Puts the parts together.
        package init(proxy: ProxyServer, host: Host, port: UInt16, greeting: ServerNameStrategy = .plain) {
            self.proxy = proxy
            self.host = host
            self.port = port
            self.greeting = greeting
        }

        /// `host:port`, IPv6 literals in brackets.
        package var authority: String { "\(host.bracketed):\(port)" }
    }
}
