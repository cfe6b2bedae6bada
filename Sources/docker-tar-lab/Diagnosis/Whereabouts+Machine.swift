internal import Diagnosis
internal import Glibc
internal import LabNet

extension Whereabouts {
    /// This machine's own: its interfaces' addresses, and the resolvers of `/etc/resolv.conf`.
    ///
    /// What cannot be read is not there to be named either; the private ranges are hidden all the same.
    init(reading surroundings: Surroundings) {
        let text = (try? surroundings.read("/etc/resolv.conf")).flatMap(\.self) ?? ""
        self.init(addresses: Self.interfaceAddresses(), resolvers: Self.resolvers(in: text))
    }

    /// The `nameserver` lines of resolv.conf(5); a zone behind `%` is not part of the address.
    static func resolvers(in text: String) -> Set<IPAddress> {
        Set(
            text.split(whereSeparator: \.isNewline).compactMap { line in
                let words = line.split(whereSeparator: \.isWhitespace)
                guard words.first == "nameserver", words.count > 1 else { return nil }
                return IPAddress(words[1].prefix { $0 != "%" })
            })
    }

    private static func interfaceAddresses() -> Set<IPAddress> {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var addresses: Set<IPAddress> = []
        var next = list
        while let entry = next?.pointee {
            if let socket = entry.ifa_addr, let endpoint = Endpoint(UnsafePointer(socket)) {
                addresses.insert(endpoint.address)
            }
            next = entry.ifa_next
        }
        return addresses
    }
}
