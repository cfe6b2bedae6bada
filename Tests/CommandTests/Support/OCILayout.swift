import Foundation

/// The digests in an OCI layout, those of its first image.
struct OCILayout {
    /// Of the index under the first name.
    let index: String
    /// Of the first image in that index.
    let manifest: String
    /// Of that image's configuration.
    let config: String
    /// Of its layers, lowest first.
    let layers: [String]

    init(_ folder: String) throws {
        let url = URL(fileURLWithPath: folder)
        func json(_ path: String) throws -> [String: Any] {
            let document = try JSONSerialization.jsonObject(with: Data(contentsOf: url.appendingPathComponent(path)))
            guard let document = document as? [String: Any] else {
                throw SettingFailed(description: "\(path) in \(url)")
            }
            return document
        }
        func blob(_ digest: String) throws -> [String: Any] {
            try json("blobs/sha256/\(digest.dropFirst("sha256:".count))")
        }
        func digests(_ list: Any?) -> [String] {
            ((list as? [[String: Any]]) ?? []).compactMap { $0["digest"] as? String }
        }
        index = digests(try json("index.json")["manifests"]).first ?? ""
        manifest = digests(try blob(index)["manifests"]).first ?? ""
        let document = try blob(manifest)
        config = (document["config"] as? [String: Any])?["digest"] as? String ?? ""
        layers = digests(document["layers"])
    }
}
