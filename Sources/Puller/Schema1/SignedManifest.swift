internal import FoundationEssentials

/// A signed manifest of schema 1 (distribution, "Image Manifest V 2, Schema 1": JSON Web Signatures in the document).
///
/// The signatures are by keys that come with them, so they prove nothing; but what was signed is what has the digest.
enum SignedManifest {
    /// The text that was signed: the document's beginning, and an ending that stands in each signature's header.
    ///
    /// - Returns: nil for what is no signed manifest of schema 1.
    /// - Throws: `.malformed` when it is one, and the text cannot be put together.
    static func payload(of document: [UInt8]) throws(PullError.Cause) -> [UInt8]? {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(document)), wire.schemaVersion == 1,
            let signatures = wire.signatures, !signatures.isEmpty
        else { return nil }
        var formats: Set<Format> = []
        for signature in signatures {
            guard let header = signature.protected.flatMap(base64URL),
                let format = try? JSONDecoder().decode(Format.self, from: Data(header))
            else { throw .malformed("a signature without formatLength and formatTail") }
            formats.insert(format)
        }
        guard formats.count == 1, let format = formats.first else { throw .malformed("signatures of several texts") }
        guard (1...document.count).contains(format.formatLength), let tail = base64URL(format.formatTail),
            tail.count <= tailLimit
        else { throw .malformed("a signature of another document") }
        return document.prefix(format.formatLength) + tail
    }

    /// What closes the document's object; a few bytes in practice.
    private static let tailLimit = 64

    private struct Wire: Decodable {
        var schemaVersion: Int
        var signatures: [Signature]?

        struct Signature: Decodable { var protected: String? }
    }

    /// A signature's protected header.
    private struct Format: Decodable, Hashable {
        var formatLength: Int
        var formatTail: String
    }

    /// RFC 7515, appendix C: base64url, without padding.
    private static func base64URL(_ text: String) -> [UInt8]? {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: standard + padding).map(Array.init)
    }
}
