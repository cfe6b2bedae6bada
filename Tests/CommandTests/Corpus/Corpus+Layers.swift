import Foundation

@testable import Puller

/// How layers are stored.
extension Corpus {
    // MARK: How layers are stored

    static func encoded(
        _ name: String, _ tool: String?,
        _ change: @escaping @Sendable ([UInt8], [UInt8]) -> [UInt8] = { stored, _ in stored }
    ) -> [Case] {
        let spoil: @Sendable (inout CorpusImage) -> Void = { image in
            if let tool { image.compress(tool) }
            image.stored[1] = change(image.stored[1], image.inflated[1])
            // What is spoilt is called by the digest that it has.
        }
        return [
            one("classic-layer-\(name)", classic, image: spoil), one("docker-layer-\(name)", docker, image: spoil),
            one("oci-layer-\(name)", oci, image: spoil),
        ]
    }

    static let encodings: [Case] =
        encoded("gzip", "gzip") + encoded("bzip2", "bzip2") + encoded("xz", "xz") + encoded("zstd", "zstd")
        + encoded("gzip-junk", "gzip") { stored, _ in stored + bytes("junk behind") }
        + encoded("gzip-zeros", "gzip") { stored, _ in stored + [UInt8](repeating: 0, count: 512) }
        + encoded("gzip-members", "gzip") { _, inflated in
            compressed(Array(inflated.prefix(700)), by: "gzip") + compressed(Array(inflated.dropFirst(700)), by: "gzip")
        }
        + encoded("gzip-cut", "gzip") { stored, _ in Array(stored.dropLast(20)) }
        + encoded("gzip-corrupt", "gzip") { stored, _ in
            var stored = stored
            stored[stored.count / 2] ^= 0xff
            return stored
        }
        + encoded("zstd-cut", "zstd") { stored, _ in Array(stored.dropLast(8)) }
        + encoded("garbage", nil) { _, _ in bytes(String(repeating: "no tar at all ", count: 100)) }
        + encoded("empty", nil) { _, _ in [] }
        + [
            one(
                "classic-layer-odd-bytes", classic,
                image: { image in
                    image.inflated[1] += bytes("odd bytes behind the end")
                    image.stored[1] = image.inflated[1]
                    image.diffIDs[1] = "sha256:" + sha256(image.inflated[1])
                }),
            one(
                "classic-layer-no-bytes", classic,
                image: { image in
                    image.inflated[1] = []
                    image.stored[1] = []
                    image.diffIDs[1] = "sha256:" + sha256([])
                }),
            one(
                "docker-layer-no-bytes", docker,
                image: { image in
                    image.inflated[1] = []
                    image.stored[1] = []
                    image.diffIDs[1] = "sha256:" + sha256([])
                }),
            one(
                "classic-layer-no-end", classic,
                image: { image in
                    image.inflated[1] = Array(image.inflated[1].dropLast(1024))
                    image.stored[1] = image.inflated[1]
                    image.diffIDs[1] = "sha256:" + sha256(image.inflated[1])
                }),
            one(
                "classic-layer-no-tar", classic,
                image: { image in
                    image.inflated[1] = bytes(String(repeating: "no tar at all ", count: 100))
                    image.stored[1] = image.inflated[1]
                    image.diffIDs[1] = "sha256:" + sha256(image.inflated[1])
                }),
            one(
                "docker-layer-no-tar", docker,
                image: { image in
                    image.inflated[1] = bytes(String(repeating: "no tar at all ", count: 100))
                    image.stored[1] = image.inflated[1]
                    image.diffIDs[1] = "sha256:" + sha256(image.inflated[1])
                }),
        ]
}
