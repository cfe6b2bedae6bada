@testable import CensorLab

/// ClientHellos by hand (RFC 8446 4.1.2), for readers to be tried on.
enum Hello {
    /// A hello in one record. `extensions` nil leaves the whole block out.
    static func bytes(name: String?, before: [UInt8] = [], after: [UInt8] = []) -> [UInt8] {
        var extensions = before
        if let name {
            let entry = [0] + UInt16(name.utf8.count).networkBytes + Array(name.utf8)
            let list = UInt16(entry.count).networkBytes + entry
            extensions += [0, 0] + UInt16(list.count).networkBytes + list
        }
        return record(message(extensions: extensions + after))
    }

    static func message(extensions: [UInt8]?) -> [UInt8] {
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 0x01, 1, 0]
        if let extensions { body += UInt16(extensions.count).networkBytes + extensions }
        return [1] + UInt32(body.count).networkBytes.dropFirst() + body
    }

    static func record(_ fragment: [UInt8]) -> [UInt8] {
        [22, 3, 1] + UInt16(fragment.count).networkBytes + fragment
    }

    /// The same hello in two records, the first with `count` bytes of the message.
    static func cut(_ hello: [UInt8], after count: Int) -> [UInt8] {
        let message = Array(hello.dropFirst(5))
        return record(Array(message.prefix(count))) + record(Array(message.dropFirst(count)))
    }
}
