/// What a box on the way can read in a ClientHello (RFC 8446 4.1.2, RFC 6066 3). Pure: bytes in, positions out.
package enum ClientHello {
    /// The handshake message, header included, that a flight of TLS records carries; fragments are joined.
    ///
    /// - Parameter flight: whole records from the first byte of a connection; bytes after the message are not looked at.
    /// - Returns: nil when this is no ClientHello, or not yet all of it.
    package static func message(in flight: some Collection<UInt8>) -> [UInt8]? {
        var records = Cursor(flight)
        var message: [UInt8] = []
        while let type = records.number(1) {
            guard type == handshake, records.number(2).map({ $0 >> 8 == 3 }) == true,
                let fragment = records.vector(lengthBytes: 2), (1...maximumFragment).contains(fragment.count)
            else { return nil }
            message += fragment
            guard message.first == clientHello else { return nil }
            guard message.count >= 4 else { continue }
            let whole = 4 + (Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3]))
            if message.count >= whole { return Array(message.prefix(whole)) }
        }
        return nil
    }

    /// Where the server name stands in a ClientHello message.
    ///
    /// - Parameter message: the handshake message with its four bytes of header, as ``message(in:)`` gives it.
    /// - Returns: the positions of the name's bytes; nil when there is none or the message is malformed.
    package static func locateServerName(in message: [UInt8]) -> Range<Int>? {
        var outer = Cursor(message)
        guard outer.number(1) == Int(clientHello), let body = outer.vector(lengthBytes: 3) else { return nil }
        var hello = Cursor(body)
        // Version and random, session ID, cipher suites, compression methods.
        guard hello.skip(34), hello.vector(lengthBytes: 1) != nil, hello.vector(lengthBytes: 2) != nil,
            hello.vector(lengthBytes: 1) != nil, let list = hello.vector(lengthBytes: 2)
        else { return nil }
        var extensions = Cursor(list)
        while let type = extensions.number(2), let content = extensions.vector(lengthBytes: 2) {
            guard type == serverNameExtension else { continue }
            var data = Cursor(content)
            guard let names = data.vector(lengthBytes: 2) else { return nil }
            var entries = Cursor(names)
            while let kind = entries.number(1), let name = entries.vector(lengthBytes: 2) {
                if kind == hostName { return name.isEmpty ? nil : name.startIndex..<name.endIndex }
            }
            return nil
        }
        return nil
    }

    /// The content type of handshake records (RFC 8446 5.1).
    static let handshake = 22
    /// The most that one record carries (RFC 8446 5.1).
    static let maximumFragment = 1 << 14
    private static let clientHello: UInt8 = 1
    private static let serverNameExtension = 0
    private static let hostName = 0
}

/// Reads big-endian numbers and length-prefixed vectors (RFC 8446 3); nil at whatever does not fit.
private struct Cursor<Bytes: Collection> where Bytes.Element == UInt8 {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes) { rest = bytes[...] }

    mutating func skip(_ count: Int) -> Bool { take(count) != nil }

    mutating func number(_ size: Int) -> Int? {
        take(size).map { $0.reduce(0) { $0 << 8 | Int($1) } }
    }

    mutating func vector(lengthBytes: Int) -> Bytes.SubSequence? {
        number(lengthBytes).flatMap { take($0) }
    }

    private mutating func take(_ count: Int) -> Bytes.SubSequence? {
        guard let end = rest.index(rest.startIndex, offsetBy: count, limitedBy: rest.endIndex) else { return nil }
        defer { rest = rest[end...] }
        return rest[..<end]
    }
}
