package import LabNet

/// What of this machine would say whose it is, if a report named it.
package struct Whereabouts: Hashable, Sendable {
    /// The addresses of its interfaces.
    package var addresses: Set<IPAddress>
    /// The resolvers that it is configured with: mostly its router's or its provider's.
    package var resolvers: Set<IPAddress>

    /// Puts the parts together.
    package init(addresses: Set<IPAddress> = [], resolvers: Set<IPAddress> = []) {
        self.addresses = addresses
        self.resolvers = resolvers
    }
}
