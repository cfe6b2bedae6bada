import Foundation

@testable import Puller

/// An image made for one test, by its layers' bytes.
struct ServedImage {
    var layers: [Descriptor]
    var config: [UInt8]
    var manifest: [UInt8]
    private var blobs: [(Descriptor, [UInt8])]

    /// The layers are plain: their diffIDs are their digests, unless told otherwise. All are called by one media type.
    init(
        layers contents: [[UInt8]], platform: String = #""os":"linux","architecture":"amd64""#,
        diffIDs: [Digest]? = nil, type: String = "application/vnd.oci.image.layer.v1.tar",
        algorithm: Digest.Algorithm = .sha256
    ) throws {
        func descriptor(_ bytes: [UInt8], _ type: String) throws -> Descriptor {
            Descriptor(mediaType: type, digest: try Digester.digest(algorithm, of: bytes), size: Int64(bytes.count))
        }
        layers = try contents.map { try descriptor($0, type) }
        let ids = try (diffIDs ?? contents.map { try Digester.digest(of: $0) }).map { "\"\($0)\"" }.joined(
            separator: ",")
        config = Array(#"{\#(platform),"rootfs":{"type":"layers","diff_ids":[\#(ids)]},"history":[],"config":{}}"#.utf8)
        let configDescriptor = try descriptor(config, "application/vnd.oci.image.config.v1+json")
        func json(_ descriptor: Descriptor) -> String {
            #"{"mediaType":"\#(descriptor.mediaType)","digest":"\#(descriptor.digest)","size":\#(descriptor.size)}"#
        }
        let listed = layers.map(json).joined(separator: ",")
        manifest = Array(
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":\#(json(configDescriptor)),"layers":[\#(listed)]}"#
                .utf8)
        blobs = Array(zip(layers, contents)) + [(configDescriptor, config)]
    }

    var digest: Digest { get throws { try Digester.digest(of: manifest) } }

    func serve(in registry: FakeRegistry, as tag: String = "latest") {
        for (descriptor, bytes) in blobs {
            registry.serve(bytes, as: "blobs/\(descriptor.digest)", type: "application/octet-stream")
        }
        registry.serve(manifest, as: "manifests/\(tag)", type: MediaType.ociManifest)
        if let digest = try? digest { registry.serve(manifest, as: "manifests/\(digest)", type: MediaType.ociManifest) }
    }
}
