/// What a ClientHello offers besides the server name (`-hello`): some boxes and servers choke on what they do not know.
public enum HelloForm: String, Hashable, Sendable, CaseIterable {
    /// TLS 1.3 and 1.2, three groups, and never a post-quantum share: 301 bytes with OpenSSL 3.0 and a name of twenty.
    case standard
    /// TLS 1.3 and 1.2 with one suite of 1.3, two of 1.2, two groups, six signature algorithms, and nothing that HTTP/1.1 can
    /// do without: 184 bytes for the same name.
    case small
    /// TLS 1.2 and no newer, for boxes that kill what they cannot read: 206 bytes for the same name.
    case tls12
}
