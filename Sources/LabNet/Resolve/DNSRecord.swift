/// One resource record (RFC 1035 4.1.3).
package struct DNSRecord: Hashable, Sendable {
    /// The name that it belongs to.
    package let owner: DNSName
    /// Its type's number.
    package let type: UInt16
    /// Its class's number; in an OPT record the sender's payload size.
    package let recordClass: UInt16
    /// How long it may be kept, in seconds; in an OPT record the extended flags.
    package let ttl: UInt32
    /// What it says.
    package let content: Content

    /// What is read of a record's data.
    package enum Content: Hashable, Sendable {
        /// The address of an A or AAAA record.
        case address(IPAddress)
        /// The name that an alias stands for.
        case alias(DNSName)
        /// The options of an OPT record.
        case options([DNSOption])
        /// Anything else, unread.
        case other
    }

    /// The type number of OPT (RFC 6891 6.1.1).
    static let opt: UInt16 = 41

    /// The type number of SOA (RFC 1035 3.2.2).
    static let soa: UInt16 = 6

    init(_ reader: inout DNSReader) throws(DNSError) {
        owner = try reader.name()
        type = try reader.uint16()
        recordClass = try reader.uint16()
        ttl = try reader.uint32()
        let length = Int(try reader.uint16())
        var inside = reader
        let data = try reader.take(length)
        switch DNSRecordType(rawValue: type) {
        case .a, .aaaa:
            guard data.count == (type == DNSRecordType.a.rawValue ? 4 : 16), let address = IPAddress(bytes: data) else {
                throw .badRecordLength(type: type, length: length)
            }
            content = .address(address)
        case .cname:
            content = .alias(try inside.name())
            guard inside.position == reader.position else { throw .badRecordLength(type: type, length: length) }
        default: content = type == Self.opt ? .options(try DNSOption.list(data)) : .other
        }
    }

    /// How long it may be kept, in seconds; a number with the highest bit set means 0 (RFC 2181 8).
    var lifetime: UInt32 { ttl > UInt32(Int32.max) ? 0 : ttl }
}
