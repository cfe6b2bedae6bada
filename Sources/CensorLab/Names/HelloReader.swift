/// Finds the server name in a client's first bytes, as a censor does (RFC 8446 4.1.2, RFC 6066 3).
///
/// It shares no code with the client that it is set against.
struct HelloReader {
    let reader: Reading.Reader

    /// No hello is longer; more bytes without a name are given up.
    static let limit = 16_384 + 2_048

    /// What these bytes say, and nil while more of them are needed.
    func read(_ bytes: some Collection<UInt8>) -> Reading? {
        let bytes = Array(bytes)
        switch handshake(in: bytes) {
        case .broken: return .unreadable
        case .partial: return bytes.count < Self.limit ? nil : .unreadable
        case .whole(let hello): return Self.serverName(inHello: hello)
        case .torn(let hello):
            // A name that is whole in the piece is read; that none is there says nothing about the rest.
            let reading = Self.serverName(inHello: hello)
            return reading == .nameless ? .unreadable : reading
        }
    }

    private enum Handshake {
        case whole([UInt8])
        /// The first piece of a hello that goes on in another record.
        case torn([UInt8])
        case partial
        case broken
    }

    /// The ClientHello's body, from as many records as this reader puts together.
    private func handshake(in bytes: [UInt8]) -> Handshake {
        var cursor = Cursor(bytes[...])
        var message: [UInt8] = []
        while true {
            guard let type = cursor.byte() else { return .partial }
            guard type == 22 else { return .broken }
            guard let major = cursor.byte(), cursor.byte() != nil else { return .partial }
            guard major == 3 else { return .broken }
            guard let length = cursor.number(2) else { return .partial }
            guard (1...16_384).contains(length) else { return .broken }
            guard let fragment = cursor.take(length) else { return .partial }
            message += fragment
            guard message.first == 1 else { return .broken }
            var head = Cursor(message.dropFirst())
            if let length = head.number(3), let body = head.take(length) { return .whole(Array(body)) }
            if reader != .records { return .torn(Array(message.dropFirst(4))) }
        }
    }

    private static func serverName(inHello hello: [UInt8]) -> Reading {
        var cursor = Cursor(hello[...])
        guard cursor.take(34) != nil, cursor.vector(1) != nil, cursor.vector(2) != nil, cursor.vector(1) != nil
        else { return .unreadable }
        // A hello without extensions is whole (RFC 5246 7.4.1.2).
        guard !cursor.rest.isEmpty else { return .nameless }
        guard let length = cursor.number(2) else { return .unreadable }
        var extensions = Cursor(cursor.rest.prefix(length))
        let isWhole = extensions.rest.count == length
        while let type = extensions.number(2) {
            guard let body = extensions.vector(2) else { return .unreadable }
            if type == 0 { return name(inExtension: body) }
        }
        return isWhole && extensions.rest.isEmpty ? .nameless : .unreadable
    }

    private static func name(inExtension body: ArraySlice<UInt8>) -> Reading {
        var cursor = Cursor(body)
        guard cursor.number(2) == cursor.rest.count, cursor.byte() == 0, let name = cursor.vector(2), !name.isEmpty
        else { return .unreadable }
        return .name(String(decoding: name, as: UTF8.self).lowercased())
    }
}

/// Reads big-endian fields from the front; nil when the bytes do not suffice.
struct Cursor {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func number(_ count: Int) -> Int? { take(count).map { $0.reduce(0) { $0 << 8 | Int($1) } } }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Bytes that are preceded by their count, itself this many bytes wide.
    mutating func vector(_ width: Int) -> ArraySlice<UInt8>? { number(width).flatMap { take($0) } }
}
