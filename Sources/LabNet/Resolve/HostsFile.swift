internal import Glibc

/// A hosts file (hosts(5)): an address and its names on each line.
struct HostsFile: Sendable {
    /// Where the file lies.
    let path: String

    /// Longer files are read up to here; the largest block lists in the field hold a few megabytes.
    static let maximumSize = 32 << 20

    /// The addresses of a name, in the order of the file; none when the file cannot be read.
    ///
    /// The file is read anew, beside the cooperative pool: it may have changed since the last lookup.
    func addresses(of name: String) async -> [IPAddress] {
        await MemoryFile.blocking { Self.addresses(of: name, in: read()) }
    }

    /// The addresses of a lower-case name in a file's bytes; lines that make no sense are skipped, as everybody does.
    static func addresses(of name: String, in bytes: [UInt8]) -> [IPAddress] {
        let wanted = Array(name.utf8)
        var found: [IPAddress] = []
        for line in bytes.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            let fields = line.prefix { $0 != UInt8(ascii: "#") }.split { $0 == 0x20 || $0 == 0x09 }
            let isNamed = fields.dropFirst().contains { $0.count == wanted.count && $0.elementsEqual(wanted, by: same) }
            guard isNamed, let literal = fields.first,
                let address = IPAddress(String(decoding: literal, as: UTF8.self)),
                !found.contains(address)
            else { continue }
            found.append(address)
        }
        return found
    }

    private static func same(_ byte: UInt8, _ wanted: UInt8) -> Bool { DNSName.lowercase(byte) == wanted }

    private func read() -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < Self.maximumSize {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }
}
