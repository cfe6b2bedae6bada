/// What a ClientHello offers besides the server name (`-hello`): some boxes and servers choke on what they do not know.
public enum HelloForm: String, Hashable, Sendable, CaseIterable {
    /// TLS 1.3 and 1.2, three groups, six suites: about 300 bytes, and never a post-quantum share.
    case standard
    /// The fewest bytes that a server of today accepts.
    case small
    /// TLS 1.2 and no newer, for boxes that kill what they cannot read.
    case tls12
}
