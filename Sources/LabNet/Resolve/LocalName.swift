/// Names that only this machine or its own network can know; a public resolver is never asked for them.
package enum LocalName {
    /// Suffixes that are, by standard or by habit, not of the public DNS (RFC 6762 3, RFC 8375, and ICANN's `internal`).
    static let suffixes = ["local", "lan", "internal", "corp", "home.arpa", "localhost"]

    /// Whether a lower-case name is one: a single label, or below one of the suffixes.
    package static func matches(_ name: String) -> Bool {
        !name.contains(".") || suffixes.contains { name == $0 || name.hasSuffix("." + $0) }
    }

    /// Whether a lower-case name always means this machine (RFC 6761 6.3).
    static func isLocalhost(_ name: String) -> Bool {
        name == "localhost" || name.hasSuffix(".localhost")
    }

    /// What `localhost` means; IPv4 first, since most registries on a developer's machine listen there.
    static let loopback: [IPAddress] = [.v4(0x7f00_0001), .v6(high: 0, low: 1)]
}
