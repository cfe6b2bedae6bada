internal import FoundationEssentials

/// The fields of all kinds of manifest, as they come.
struct ManifestWire: Decodable {
    var schemaVersion: Int?
    var mediaType: String?
    var config: DescriptorWire?
    var layers: [DescriptorWire]?
    var manifests: [DescriptorWire]?
    // Schema 1.
    var architecture: String?
    var fsLayers: [FileSystemLayer]?
    var history: [HistoryEntry]?

    struct FileSystemLayer: Decodable { var blobSum: String? }

    struct HistoryEntry: Decodable { var v1Compatibility: String? }

    /// Reads a document.
    ///
    /// - Throws: `.malformed` for what is no JSON, and for what two readers could take for two things (CVE-2021-41190):
    ///   names that stand there twice, or differ only in case, which Go's readers do not tell apart.
    init(_ bytes: [UInt8]) throws(PullError.Cause) {
        guard case .object(let members) = try GoJSON(parsing: bytes) else {
            throw .malformed("the manifest is no JSON object")
        }
        var seen: Set<String> = []
        for member in members {
            let name = String(decoding: member.name, as: UTF8.self)
            let isKnown = CodingKeys.allCases.contains { $0.rawValue.lowercased() == name.lowercased() }
            guard !isKnown || (CodingKeys(rawValue: name) != nil && seen.insert(name).inserted) else {
                throw .malformed("\(CodingKeys.name(like: name)) in two ways")
            }
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw .malformed("the manifest is not JSON of the right shape")
        }
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case schemaVersion, mediaType, config, layers, manifests, architecture, fsLayers, history

        /// The name itself where another case was written.
        static func name(like text: String) -> String {
            allCases.first { $0.rawValue.lowercased() == text.lowercased() }?.rawValue ?? text
        }
    }
}

/// A descriptor as it comes, nothing in it believed.
struct DescriptorWire: Decodable {
    var mediaType: String?
    var digest: String?
    var size: Int64?
    var platform: PlatformWire?
    var annotations: [String: String]?
    var urls: [String]?

    func descriptor() throws(PullError.Cause) -> Descriptor {
        guard let digest = digest.flatMap({ Digest($0) }) else {
            throw .malformed("a descriptor without a digest of SHA-256 or SHA-512")
        }
        // 64 TiB: larger than any layer, small enough that the sizes of all layers of 4 MiB of manifest can be summed.
        guard let size, (0...(1 << 46)).contains(size) else { throw .malformed("a descriptor with an absurd size") }
        return Descriptor(
            mediaType: mediaType.flatMap(MediaType.bare) ?? "", digest: digest, size: size,
            platform: platform.map {
                Platform(
                    os: $0.os ?? "", architecture: $0.architecture ?? "", variant: $0.variant,
                    osVersion: $0.osVersion)
            },
            annotations: annotations, urls: urls)
    }
}

struct PlatformWire: Decodable {
    var os: String?
    var architecture: String?
    var variant: String?
    var osVersion: String?

    enum CodingKeys: String, CodingKey {
        case os, architecture, variant
        case osVersion = "os.version"
    }
}
