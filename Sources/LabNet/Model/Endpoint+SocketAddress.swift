package import Glibc

extension IPAddress.Family {
    /// `AF_INET` or `AF_INET6`.
    package var socketFamily: Int32 { self == .ip4 ? AF_INET : AF_INET6 }
}

extension Endpoint {
    /// Lends the endpoint as the `sockaddr` that BSD calls take; the pointer is good only inside `body`.
    package func withSocketAddress<Result>(
        _ body: (_ address: UnsafePointer<sockaddr>, _ length: socklen_t) throws -> Result
    ) rethrows -> Result {
        switch address {
        case .v4(let number):
            var v4 = sockaddr_in()
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            v4.sin_addr.s_addr = number.bigEndian
            return try Self.lend(v4, body)
        case .v6:
            var v6 = sockaddr_in6()
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &v6.sin6_addr) { $0.copyBytes(from: address.bytes) }
            return try Self.lend(v6, body)
        }
    }

    private static func lend<Address, Result>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result
    ) rethrows -> Result {
        try withUnsafePointer(to: address) { pointer in
            // C reads the rest by the family that stands at the head of every kind of sockaddr.
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { first in
                try body(first, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    /// Reads a `sockaddr` that C filled in and still owns; nil for families other than IPv4 and IPv6.
    ///
    /// The memory behind the pointer has to be as long as its family says.
    package init?(_ address: UnsafePointer<sockaddr>) {
        let memory = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let v4 = memory.loadUnaligned(as: sockaddr_in.self)
            self.init(address: .v4(UInt32(bigEndian: v4.sin_addr.s_addr)), port: UInt16(bigEndian: v4.sin_port))
        case AF_INET6:
            let v6 = memory.loadUnaligned(as: sockaddr_in6.self)
            guard let address = IPAddress(bytes: withUnsafeBytes(of: v6.sin6_addr) { Array($0) }) else { return nil }
            self.init(address: address, port: UInt16(bigEndian: v6.sin6_port))
        default: return nil
        }
    }
}
