/// Where a request may go, by the address that is dialled: a server that names another must not lead into a network
/// that it is not in itself.
///
/// A name says nothing of its address, so the connector judges every address before it sends a SYN there, and every
/// idle connection before it is used again. What a proxy will dial nobody here sees; the host's literal or name stands
/// for it.
package struct Reach: Hashable, Sendable {
    private var kinds: Set<NetworkKind>

    /// No limit: the user named the host.
    package static let anywhere = Reach(kinds: Set(NetworkKind.allCases))

    private init(kinds: Set<NetworkKind>) { self.kinds = kinds }

    /// What a server in a network of this kind may name: the Internet, and its own network.
    package init(from kind: NetworkKind) { kinds = [.global, kind] }

    /// What both allow.
    package func intersection(_ other: Reach) -> Reach { Reach(kinds: kinds.intersection(other.kinds)) }

    /// Whether a host may be gone to on this route.
    func allows(_ route: Route, to host: Host) -> Bool { kinds.contains(route.kind(to: host)) }
}

extension Route {
    /// The network at the far end: by the address that is dialled there, by us or for us, and by the host where a proxy
    /// resolves it.
    func kind(to host: Host) -> NetworkKind {
        destination.map { NetworkKind($0) } ?? NetworkKind(host)
    }

    /// The address of the far end; nil where a proxy resolves it.
    var destination: IPAddress? {
        guard let relay else { return endpoint.address }
        if case .address(let address) = relay.host { return address }
        return nil
    }
}
