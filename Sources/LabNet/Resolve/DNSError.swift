/// Why a datagram, or a message from a stream, is not an answer to the query that was asked.
package enum DNSError: Error, Hashable, Sendable {
    /// The name cannot be put into a query; c-ares' status code.
    case unaskable(status: Int32)
    /// A field reaches past the end of the message.
    case overrun
    /// The ID is not the query's.
    case wrongID(UInt16)
    /// The QR bit says that this is a query.
    case notResponse
    /// The opcode is not QUERY.
    case wrongOpcode(UInt8)
    /// There is not exactly one question.
    case questionCount(UInt16)
    /// The question is not the one that was asked.
    case wrongQuestion
    /// A compression pointer does not point backwards, or one leads to the next for too long: following it might never end.
    case pointerLoop
    /// A label of a kind that does not exist (RFC 1035 4.1.4), or longer than 63 bytes.
    case badLabel(UInt8)
    /// A name of more than 255 bytes.
    case nameTooLong
    /// More records than any honest answer holds.
    case tooManyRecords(Int)
    /// An A or AAAA record whose data are not 4 or 16 bytes, or a CNAME that is not one name.
    case badRecordLength(type: UInt16, length: Int)
    /// A second OPT, or one outside the additional section or not at the root (RFC 6891 6.1.1).
    case misplacedOPT
    /// Aliases that lead back to themselves, or a chain longer than is followed.
    case aliasLoop
    /// Bytes after the last record.
    case trailingBytes(Int)
}

extension DNSError: CustomStringConvertible {
    /// One technical line, for observations.
    package var description: String {
        switch self {
        case .unaskable(let status): "not askable (c-ares \(status))"
        case .overrun: "runs past its end"
        case .wrongID(let id): "wrong ID \(id)"
        case .notResponse: "QR is 0"
        case .wrongOpcode(let opcode): "opcode \(opcode)"
        case .questionCount(let count): "\(count) questions"
        case .wrongQuestion: "wrong question"
        case .pointerLoop: "name pointers without an end"
        case .badLabel(let byte): "label of kind \(byte >> 6)"
        case .nameTooLong: "name of more than 255 bytes"
        case .tooManyRecords(let count): "\(count) records"
        case .badRecordLength(let type, let length): "record of type \(type) with \(length) bytes"
        case .misplacedOPT: "misplaced OPT"
        case .aliasLoop: "aliases without an end"
        case .trailingBytes(let count): "\(count) bytes too many"
        }
    }
}
