/// How archives name images.
enum StoredName {
    /// The names in the annotations of an OCI index; a mere tag names nothing by itself.
    static func references(in annotations: [String: String]) -> [ImageReference] {
        let whole = annotations[Annotation.imageName].flatMap(reference)
        let other = annotations[Annotation.refName].flatMap {
            $0.contains("/") || $0.contains(":") ? reference($0) : nil
        }
        return (whole ?? other).map { [$0] } ?? []
    }

    /// The names of `manifest.json`; those that Docker would refuse are passed over.
    static func references(_ names: [String]) -> [ImageReference] {
        names.compactMap(reference).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The repository that the blobs come from, where Docker has noted it.
    static func source(in annotations: [String: String]) -> ImageReference? {
        let notes = annotations.filter { $0.key.hasPrefix(Annotation.sourcePrefix) }.sorted { $0.key < $1.key }
        return notes.lazy.compactMap { note -> ImageReference? in
            let host = String(note.key.dropFirst(Annotation.sourcePrefix.count))
            // With a port it is a host beyond doubt; several repositories are separated by commas.
            guard let path = note.value.split(separator: ",").first,
                let reference = try? ImageReference(parsing: "\(host):1/\(path)")
            else { return nil }
            return ImageReference(domain: host, path: reference.path, tag: nil, digest: nil)
        }.first
    }

    private static func reference(_ text: String) -> ImageReference? { try? ImageReference(parsing: text) }
}
