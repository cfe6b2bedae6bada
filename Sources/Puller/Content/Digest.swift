/// A content digest as the registry writes it: `sha256:<64 hex>` or `sha512:<128 hex>`, lower case.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// The algorithms that are verified.
    public enum Algorithm: String, Hashable, Sendable, CaseIterable {
        /// SHA-256.
        case sha256
        /// SHA-512.
        case sha512

        /// How many hexadecimal digits its digests have.
        public var hexCount: Int { self == .sha256 ? 64 : 128 }
    }

    /// The algorithm.
    public let algorithm: Algorithm
    /// The digest in lower-case hexadecimal; safe as a file name, since nothing else can be in it.
    public let hex: String

    /// Reads `algorithm:hex`; nil for an unknown algorithm, a wrong length, upper case, or anything that is not hexadecimal.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])) else { return nil }
        self.init(algorithm: algorithm, hex: String(parts[1]))
    }

    /// Joins an algorithm and its hexadecimal digits; nil when they do not fit.
    public init?(algorithm: Algorithm, hex: String) {
        let isHex = hex.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
            default: false
            }
        }
        guard isHex, hex.utf8.count == algorithm.hexCount else { return nil }
        self.algorithm = algorithm
        self.hex = hex
    }

    /// `algorithm:hex`.
    public var description: String { "\(algorithm.rawValue):\(hex)" }
    /// The first twelve digits, as everybody shows them.
    public var short: String { String(hex.prefix(12)) }
}

extension Digest {
    /// Where a blob stands in an OCI image layout (image-spec, image-layout.md).
    var blobPath: String { "blobs/\(algorithm.rawValue)/\(hex)" }
}

extension Digest: Codable {
    /// Reads the text form and refuses any other.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a digest")
        }
        self = digest
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
