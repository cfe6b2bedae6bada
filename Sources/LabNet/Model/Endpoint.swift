/// Where a socket goes: an address and a port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// The address that is dialled.
    public var address: IPAddress
    /// The TCP or UDP port.
    public var port: UInt16

    /// Joins an address and a port.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `192.0.2.1:443` or `[2001:db8::1]:443`.
    public var description: String {
        switch address {
        case .v4: "\(address):\(port)"
        case .v6: "[\(address)]:\(port)"
        }
    }
}
