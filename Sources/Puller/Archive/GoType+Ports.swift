extension GoType {
    /// The members of an object whose names are ports, as moby's `network.Port` reads and writes them: a number of 16 bits,
    /// and behind a slash a protocol in lower case, which is `tcp` where none is named.
    ///
    /// - Throws: `.malformed` where Go finds no port.
    static func ports(_ members: [GoJSON.Member], at path: String) throws(PullError.Cause) -> [GoJSON.Member] {
        var ports: [GoJSON.Member] = []
        for member in members {
            guard let name = port(member.name) else { throw .malformed("\(path): no port") }
            ports.append(.init(name: name, value: member.value))
        }
        return ports
    }

    private static func port(_ text: [UInt8]) -> [UInt8]? {
        // An empty name is the port that nobody has set.
        if text.isEmpty { return [] }
        let digits = text.prefix { $0 != UInt8(ascii: "/") }
        // UInt16(_:) would also take a sign.
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt16(String(decoding: digits, as: UTF8.self))
        else { return nil }
        let named = String(decoding: text.dropFirst(digits.count + 1), as: UTF8.self).lowercased()
        return Array("\(number)/\(named.isEmpty ? "tcp" : named)".utf8)
    }
}
