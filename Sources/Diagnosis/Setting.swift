package import LabNet

/// What an examination is told by whoever starts it: what may be touched, and what targets are held against.
package struct Setting: Sendable {
    /// Which address families may be touched.
    package var family: AddressFamilyPolicy
    /// The host that targets are held against.
    package var control: Control
    /// The proxy that the user or the environment names.
    package var proxy: Proxy?
    /// Addresses given by the user (`-resolve`), by lower-case name: they are examined in place of those that DNS gives.
    package var overrides: [String: [IPAddress]]
    /// How many targets are examined at a time, each with its two or three hosts; 1 or more.
    package var targetsAtOnce: Int

    /// What is usual, where nothing is said.
    package init(
        family: AddressFamilyPolicy = .ip, control: Control = Control(), proxy: Proxy? = nil,
        overrides: [String: [IPAddress]] = [:], targetsAtOnce: Int = 4
    ) {
        self.family = family
        self.control = control
        self.proxy = proxy
        self.overrides = overrides
        self.targetsAtOnce = max(1, targetsAtOnce)
    }

    /// A proxy, and whether it matters.
    package struct Proxy: Sendable {
        /// The proxy.
        package var server: ProxyServer
        /// Whether connections of this run take it: lab mode goes direct unless the user named it.
        package var isUsed: Bool

        /// Joins the two.
        package init(_ server: ProxyServer, isUsed: Bool) {
            self.server = server
            self.isUsed = isUsed
        }
    }
}

/// A host that nobody blocks: what does not work with it either is no censor's doing.
package struct Control: Hashable, Sendable {
    /// Its name; it also stands in hellos that carry another name than the true one.
    package var host: Host
    /// Where it speaks TLS.
    package var port: UInt16
    /// Where it serves a page over plain HTTP, whose `Date` field is taken for the time, and in whose place a captive
    /// portal shows itself.
    package var pagePort: UInt16
    /// Further endpoints beyond the border that speak TLS and have nothing to do with any target: a true name that must
    /// not burn its own host's last address is shown there. Resolvers of the list do, at port 443.
    package var endpoints: [Endpoint]

    /// A control host; `example.com` exists for such ends (RFC 2606 3).
    package init(
        host: Host = .name("example.com"), port: UInt16 = 443, pagePort: UInt16 = 80, endpoints: [Endpoint] = []
    ) {
        self.host = host
        self.port = port
        self.pagePort = pagePort
        self.endpoints = endpoints
    }

    /// A control host, and those of these resolvers that speak TLS at port 443.
    package init(
        host: Host = .name("example.com"), port: UInt16 = 443, pagePort: UInt16 = 80, resolvers: ResolverList
    ) {
        self.init(
            host: host, port: port, pagePort: pagePort,
            endpoints: resolvers.resolvers.filter { $0.isEncrypted && $0.endpoint.port == 443 }.map(\.endpoint))
    }

    /// Where it speaks TLS, by name.
    package var origin: Origin { Origin(scheme: .https, host: host, port: port) }
}
