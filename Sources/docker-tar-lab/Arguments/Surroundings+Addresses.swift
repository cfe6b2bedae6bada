internal import Diagnosis
internal import Glibc
internal import LabNet

extension Surroundings {
    /// What of this machine no report that others see may name: its addresses, and the resolvers that it is configured with
    /// (resolv.conf(5)). Where neither is told, whatever is of a private range is hidden still.
    var whereabouts: Whereabouts {
        let text = (try? read("/etc/resolv.conf")) ?? nil
        return Whereabouts(addresses: ownAddresses(), resolvers: Self.resolvers(in: text ?? ""))
    }

    /// The addresses after `nameserver`, without the zone of a link-local one.
    static func resolvers(in text: String) -> Set<IPAddress> {
        Set(
            text.split(whereSeparator: \.isNewline).compactMap { line in
                let words = line.split(whereSeparator: \.isWhitespace)
                guard words.count >= 2, words[0] == "nameserver" else { return nil }
                return IPAddress(words[1].prefix { $0 != "%" })
            })
    }

    /// The addresses of this machine's interfaces.
    @Sendable static func interfaceAddresses() -> Set<IPAddress> {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        // The list is getifaddrs' own and given back whole (getifaddrs(3)).
        defer { freeifaddrs(first) }
        var addresses: Set<IPAddress> = []
        var next = first
        while let interface = next?.pointee {
            if let pointer = interface.ifa_addr, let endpoint = Endpoint(pointer) { addresses.insert(endpoint.address) }
            next = interface.ifa_next
        }
        return addresses
    }
}
