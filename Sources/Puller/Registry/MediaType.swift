/// The media types of manifests and of what they name (OCI image-spec media-types.md; Docker registry, schema 2).
enum MediaType {
    static let ociIndex = "application/vnd.oci.image.index.v1+json"
    static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
    static let dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    static let schema1 = [
        "application/vnd.docker.distribution.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
    ]

    /// What is asked for, and all that can be read.
    static let accepted = [ociIndex, ociManifest, dockerList, dockerManifest]

    static func isIndex(_ type: String) -> Bool { type == ociIndex || type == dockerList }

    static func isManifest(_ type: String) -> Bool { type == ociManifest || type == dockerManifest }

    /// The type without its parameters, in lower case (RFC 9110 8.3.1); nil for an empty field.
    static func bare(_ field: String) -> String? {
        let type = field.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        return type.isEmpty ? nil : type
    }

    /// Whether a configuration of this type belongs to an image. Old registries serve it as bytes or as text.
    static func isImageConfig(_ type: String) -> Bool {
        [
            "application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json",
            "application/octet-stream", "text/html", "",
        ].contains(type)
    }

    /// Whether this can be a layer of an image; what it holds is judged by its first bytes, not by its name.
    static func isLayer(_ type: String) -> Bool {
        type.contains(".tar") || type == "application/octet-stream" || type.isEmpty
    }

    /// Layers encrypted for somebody (ocicrypt).
    static func isEncrypted(_ type: String) -> Bool { type.hasSuffix("+encrypted") || type.contains("+encrypted+") }
}
