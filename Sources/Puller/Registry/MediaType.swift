/// The media types of manifests and of what they name (OCI image-spec media-types.md; Docker registry, schema 2).
enum MediaType {
    static let ociIndex = "application/vnd.oci.image.index.v1+json"
    static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
    static let dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    /// Docker's manifests before 2016, signed and not.
    static let schema1 = [
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "application/vnd.docker.distribution.manifest.v1+json",
    ]

    /// All that can be read.
    static let known = [ociIndex, ociManifest, dockerList, dockerManifest] + schema1

    /// What is asked for, in the form of an Accept field (RFC 9110 12.5.1): schema 1 where there is nothing else.
    static let accepted = (known.dropLast(schema1.count) + schema1.map { "\($0);q=0.1" }).joined(separator: ", ")

    /// What a media type says of its content, in the form of ``bare(_:)``. Nil for generic ones: old registries and
    /// file servers serve anything as `application/octet-stream`, `text/plain` or `application/json`.
    static func claim(_ field: String) -> String? {
        bare(field).flatMap { $0.hasPrefix("application/vnd.") ? $0 : nil }
    }

    /// Whether two types name the same kind of content: signed or not, schema 1 is one.
    static func agree(_ one: String, _ other: String) -> Bool {
        one == other || (schema1.contains(one) && schema1.contains(other))
    }

    static func isIndex(_ type: String) -> Bool { type == ociIndex || type == dockerList }

    static func isManifest(_ type: String) -> Bool { type == ociManifest || type == dockerManifest }

    /// The type without its parameters, in lower case (RFC 9110 8.3.1); nil for an empty field.
    static func bare(_ field: String) -> String? {
        let type = field.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        return type.isEmpty ? nil : type
    }

    static let ociConfig = "application/vnd.oci.image.config.v1+json"
    static let dockerConfig = "application/vnd.docker.container.image.v1+json"

    /// What content of any kind is called by those who do not look.
    private static let generic: Set<String> = [
        "", "application/octet-stream", "application/json", "text/html", "text/plain",
    ]

    /// Whether a configuration of this type belongs to an image. Old registries serve it as bytes or as text.
    static func isImageConfig(_ type: String) -> Bool {
        type == ociConfig || type == dockerConfig || generic.contains(type)
    }

    /// Whether this can be a layer of an image; what it holds is judged by its first bytes, not by its name.
    static func isLayer(_ type: String) -> Bool {
        type.contains(".tar") || generic.contains(type)
    }

    /// A layer of schema 2 that is compressed so.
    static func dockerLayer(_ encoding: Encoding) -> String {
        let tar = "application/vnd.docker.image.rootfs.diff.tar"
        return switch encoding {
        case .plain: tar
        case .zstd: tar + ".zstd"
        // Docker has no name for bzip2 and xz: it takes them behind this one.
        case .gzip, .bzip2, .xz: tar + ".gzip"
        }
    }

    /// Layers encrypted for somebody (ocicrypt).
    static func isEncrypted(_ type: String) -> Bool { type.hasSuffix("+encrypted") || type.contains("+encrypted+") }
}
