/// What the first bytes of a connection say about the host that the client wants.
package enum Reading: Hashable, Sendable, CustomStringConvertible {
    /// A ClientHello with this server name, in lower case.
    case name(String)
    /// A ClientHello without a server name.
    case nameless
    /// Not a ClientHello, or one whose name this reader cannot put together.
    case unreadable

    /// A few words of English.
    package var description: String {
        switch self {
        case .name(let name): "name \(name) read"
        case .nameless: "hello without a name"
        case .unreadable: "no name readable"
        }
    }

    /// How much a reader puts together before it looks for a name.
    package enum Reader: Hashable, Sendable {
        /// Puts nothing together: it reads a hello that comes in one TCP segment, and no other. That is as near as loopback,
        /// where only streams are seen, comes to a reader of packets.
        case packets
        /// Puts TCP segments together, and looks into the first TLS record only.
        case segments
        /// Puts TCP segments and TLS records together.
        case records
    }
}
