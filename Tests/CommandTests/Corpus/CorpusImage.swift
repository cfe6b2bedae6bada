import Foundation

/// A small image whose every byte depends on its name alone, so that no engine has met any of it before.
struct CorpusImage {
    /// The name that it has in archives.
    var tags: [String]
    /// What the layers inflate to.
    var inflated: [[UInt8]]
    /// What the archive holds of them.
    var stored: [[UInt8]]
    /// What the configuration says that they inflate to.
    var diffIDs: [String]
    var layerTypes: [String]
    var os: String? = "linux"
    var architecture = "amd64"
    /// How many entries of the history have a layer.
    var historyCount: Int
    /// The configuration in place of the one that is made of all this.
    var ownConfig: String?

    init(_ name: String, layers count: Int = 3) {
        tags = ["corpus.example/\(name):1"]
        inflated = (0..<count).map { number in
            var layer = CorpusArchive()
            layer.folder("d\(number)/")
            layer.file("d\(number)/file", "layer \(number) of \(name)\n")
            return layer.bytes
        }
        stored = inflated
        diffIDs = inflated.map { "sha256:" + Corpus.sha256($0) }
        layerTypes = inflated.map { _ in "application/vnd.oci.image.layer.v1.tar" }
        historyCount = count
    }

    /// The layers compressed by this program.
    mutating func compress(_ tool: String, type: String? = nil) {
        stored = inflated.map { Corpus.compressed($0, by: tool) }
        let suffix = tool == "gzip" ? "+gzip" : tool == "zstd" ? "+zstd" : ""
        layerTypes = inflated.map { _ in type ?? "application/vnd.oci.image.layer.v1.tar\(suffix)" }
    }

    var config: [UInt8] {
        if let ownConfig { return Array(ownConfig.utf8) }
        let ids = diffIDs.map { "\"\($0)\"" }.joined(separator: ",")
        let history = (0..<historyCount).map { "{\"created\":\"2024-01-01T00:00:00Z\",\"created_by\":\"step \($0)\"}" }
            .joined(separator: ",")
        let system = os.map { "\"os\":\"\($0)\"," } ?? ""
        return Array(
            "{\"architecture\":\"\(architecture)\",\(system)\"created\":\"2024-01-01T00:00:00Z\",\"config\":{\"Cmd\":[\"/d0/file\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\(ids)]},\"history\":[\(history)]}"
                .utf8)
    }

    var configDigest: String { Corpus.sha256(config) }

    /// The manifest of an OCI image.
    var manifest: [UInt8] {
        let layers = zip(layerTypes, stored).map { Self.descriptor($0, $1) }.joined(separator: ",")
        return Array(
            "{\"schemaVersion\":2,\"mediaType\":\"\(Self.manifestType)\",\"config\":\(Self.descriptor("application/vnd.oci.image.config.v1+json", config)),\"layers\":[\(layers)]}"
                .utf8)
    }

    static let manifestType = "application/vnd.oci.image.manifest.v1+json"
    static let indexType = "application/vnd.oci.image.index.v1+json"

    static func descriptor(_ type: String, _ bytes: [UInt8], more: String = "") -> String {
        "{\"mediaType\":\"\(type)\",\"digest\":\"sha256:\(Corpus.sha256(bytes))\",\"size\":\(bytes.count)\(more)}"
    }
}

/// The layouts, as plain as programs write them.
extension CorpusImage {
    static func blob(_ bytes: [UInt8]) -> String { "blobs/sha256/\(Corpus.sha256(bytes))" }

    private static func quoted(_ texts: [String]) -> String {
        "[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    /// The folder of a layer in the classic layout.
    func folder(_ number: Int) -> String { Corpus.sha256(Array("folder \(number) of \(diffIDs)".utf8)) }
    func layer(_ number: Int) -> String { "\(folder(number))/layer.tar" }

    /// Docker 20.10's.
    static func classic(_ images: [CorpusImage]) -> CorpusArchive {
        var archive = CorpusArchive()
        for image in images {
            for (number, layer) in image.stored.enumerated() {
                let id = image.folder(number)
                let parent = number > 0 ? ",\"parent\":\"\(image.folder(number - 1))\"" : ""
                archive.folder(id + "/")
                archive.file(id + "/VERSION", "1.0")
                archive.file(
                    id + "/json", "{\"id\":\"\(id)\"\(parent),\"created\":\"2024-01-01T00:00:00Z\",\"os\":\"linux\"}")
                archive.file(id + "/layer.tar", layer)
            }
            archive.file(image.configDigest + ".json", image.config)
        }
        let entries = images.map { image in
            "{\"Config\":\"\(image.configDigest).json\",\"RepoTags\":\(quoted(image.tags)),\"Layers\":\(quoted(image.stored.indices.map(image.layer)))}"
        }
        archive.file("manifest.json", "[\(entries.joined(separator: ","))]\n")
        let names = images.flatMap { image in
            image.tags.map { tag in
                "\"\(tag.dropLast(2))\":{\"\(tag.suffix(1))\":\"\(image.folder(image.stored.count - 1))\"}"
            }
        }
        archive.file("repositories", "{\(names.joined(separator: ","))}\n")
        return archive
    }

    /// podman's and skopeo's, without the links.
    static func podman(_ image: CorpusImage) -> CorpusArchive {
        var archive = CorpusArchive()
        for (diffID, layer) in zip(image.diffIDs, image.stored) { archive.file("\(diffID.dropFirst(7)).tar", layer) }
        archive.file(image.configDigest + ".json", image.config)
        let layers = quoted(image.diffIDs.map { "\($0.dropFirst(7)).tar" })
        archive.file(
            "manifest.json",
            "[{\"Config\":\"\(image.configDigest).json\",\"RepoTags\":\(quoted(image.tags)),\"Layers\":\(layers)}]")
        return archive
    }

    /// An OCI layout's blobs and index, with `manifest.json` where it is Docker's.
    static func layout(_ images: [CorpusImage], isDockers: Bool, index: Bool = false, more: String = "")
        -> CorpusArchive
    {
        var archive = CorpusArchive()
        archive.folder("blobs/")
        archive.folder("blobs/sha256/")
        var entries: [String] = []
        for image in images {
            for bytes in image.stored + [image.config, image.manifest] { archive.file(blob(bytes), bytes) }
            var (type, target) = (manifestType, image.manifest)
            if index {
                let own = descriptor(
                    manifestType, image.manifest,
                    more: ",\"platform\":{\"architecture\":\"\(image.architecture)\",\"os\":\"linux\"}")
                // Another platform's manifest is listed and absent, as where Docker has pulled one.
                let other = descriptor(
                    manifestType, Array("absent \(image.tags)".utf8),
                    more: ",\"platform\":{\"architecture\":\"s390x\",\"os\":\"linux\"}")
                target = Array(
                    "{\"schemaVersion\":2,\"mediaType\":\"\(indexType)\",\"manifests\":[\(own),\(other)]}".utf8)
                type = indexType
                archive.file(blob(target), target)
            }
            for tag in image.tags {
                entries.append(
                    descriptor(
                        type, target,
                        more:
                            ",\"annotations\":{\"io.containerd.image.name\":\"\(tag)\",\"org.opencontainers.image.ref.name\":\"\(tag.suffix(1))\"}\(more)"
                    ))
            }
            if image.tags.isEmpty { entries.append(descriptor(type, target)) }
        }
        archive.file(
            "index.json",
            "{\"schemaVersion\":2,\"mediaType\":\"\(indexType)\",\"manifests\":[\(entries.joined(separator: ","))]}")
        if isDockers {
            let entries = images.map { image in
                "{\"Config\":\"\(blob(image.config))\",\"RepoTags\":\(image.tags.isEmpty ? "null" : quoted(image.tags)),\"Layers\":\(quoted(image.stored.map(blob)))}"
            }
            archive.file("manifest.json", "[\(entries.joined(separator: ","))]")
        }
        archive.file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
        return archive
    }
}
