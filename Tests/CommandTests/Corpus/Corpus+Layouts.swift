import Foundation

@testable import Puller

/// OCI layouts, and what manifests say.
extension Corpus {
    // MARK: OCI layouts, and Docker's with both lists

    static let layouts: [Case] = [
        one("docker-no-oci-layout", docker, image: gzip) { archive, _ in archive.remove("oci-layout") },
        one("docker-oci-layout-version", docker, image: gzip) { archive, _ in
            archive["oci-layout"] = bytes("{\"imageLayoutVersion\":\"2.0.0\"}")
        },
        one("docker-oci-layout-no-json", docker, image: gzip) { archive, _ in archive["oci-layout"] = bytes("{") },
        one("docker-oci-layout-no-version", docker, image: gzip) { archive, _ in archive["oci-layout"] = bytes("{}") },
        one("oci-no-oci-layout", oci, image: gzip) { archive, _ in archive.remove("oci-layout") },
        one("oci-oci-layout-version", oci, image: gzip) { archive, _ in
            archive["oci-layout"] = bytes("{\"imageLayoutVersion\":\"2.0.0\"}")
        },
        one("docker-no-index", docker, image: gzip) { archive, _ in archive.remove("index.json") },
        one("oci-no-index", oci, image: gzip) { archive, _ in archive.remove("index.json") },
        one("docker-index-no-json", docker, image: gzip) { archive, _ in archive["index.json"] = bytes("{") },
        one("docker-index-no-manifests", docker, image: gzip) { archive, _ in
            archive["index.json"] = bytes("{\"schemaVersion\":2,\"manifests\":[]}")
        },
        one("docker-no-manifest", docker, image: gzip) { archive, _ in archive.remove("manifest.json") },
        one("docker-list-no-json", docker, image: gzip) { archive, _ in archive["manifest.json"] = bytes("[{") },
        one("docker-manifest-swapped", docker, image: gzip) { archive, image in
            let (first, second) = (CorpusImage.blob(image.stored[0]), CorpusImage.blob(image.stored[1]))
            archive.replace(first, by: "@", in: "manifest.json")
            archive.replace(second, by: first, in: "manifest.json")
            archive.replace("@", by: second, in: "manifest.json")
        },
        one("docker-manifest-other-config", docker, image: gzip) { archive, image in
            archive.replace(CorpusImage.blob(image.config), by: "other.json", in: "manifest.json")
            archive.file("other.json", String(decoding: image.config, as: UTF8.self) + " ")
        },
        one("docker-no-layer", docker, image: gzip) { archive, image in
            archive.remove(CorpusImage.blob(image.stored[1]))
        },
        one("oci-no-layer", oci, image: gzip) { archive, image in archive.remove(CorpusImage.blob(image.stored[1])) },
        one("docker-no-config", docker, image: gzip) { archive, image in archive.remove(CorpusImage.blob(image.config))
        },
        one("oci-no-config", oci, image: gzip) { archive, image in archive.remove(CorpusImage.blob(image.config)) },
        one("docker-no-image-manifest", docker, image: gzip) { archive, image in
            archive.remove(CorpusImage.blob(image.manifest))
        },
        one("oci-no-image-manifest", oci, image: gzip) { archive, image in
            archive.remove(CorpusImage.blob(image.manifest))
        },
        one("docker-wrong-layer", docker, image: gzip) { archive, image in
            archive[CorpusImage.blob(image.stored[1])] = image.stored[0]
        },
        one("docker-recompressed-layer", docker, image: gzip) { archive, image in
            archive[CorpusImage.blob(image.stored[1])] = image.inflated[1]
        },
        one("oci-recompressed-layer", oci, image: gzip) { archive, image in
            archive[CorpusImage.blob(image.stored[1])] = image.inflated[1]
        },
        one("docker-wrong-config", docker, image: gzip) { archive, image in
            archive[CorpusImage.blob(image.config)] += bytes(" ")
        },
        one("oci-wrong-config", oci, image: gzip) { archive, image in
            archive[CorpusImage.blob(image.config)] += bytes(" ")
        },
        one("docker-wrong-image-manifest", docker, image: gzip) { archive, image in
            archive[CorpusImage.blob(image.manifest)] += bytes(" ")
        },
        one("oci-wrong-image-manifest", oci, image: gzip) { archive, image in
            archive[CorpusImage.blob(image.manifest)] += bytes(" ")
        },
        one(
            "docker-wrong-diffid", docker,
            image: { image in
                image.compress("gzip")
                image.diffIDs[1] = "sha256:" + String(repeating: "0", count: 64)
            }),
        one(
            "oci-wrong-diffid", oci,
            image: { image in
                image.compress("gzip")
                image.diffIDs[1] = "sha256:" + String(repeating: "0", count: 64)
            }),
        one(
            "docker-many-diffids", docker,
            image: { image in
                image.compress("gzip")
                image.diffIDs.append("sha256:" + String(repeating: "0", count: 64))
            }),
        one(
            "oci-many-diffids", oci,
            image: { image in
                image.compress("gzip")
                image.diffIDs.append("sha256:" + String(repeating: "0", count: 64))
            }),
        one(
            "docker-no-names", docker,
            image: { image in
                image.compress("gzip")
                image.tags = []
            }),
        one(
            "oci-no-names", oci,
            image: { image in
                image.compress("gzip")
                image.tags = []
            }),
        one(
            "oci-invalid-name", oci,
            image: { image in
                image.compress("gzip")
                image.tags = ["UPPER/Case::1"]
            }),
        one(
            "docker-windows", docker,
            image: { image in
                image.compress("gzip")
                image.os = "windows"
            }),
        one(
            "oci-windows", oci,
            image: { image in
                image.compress("gzip")
                image.os = "windows"
            }),
        one(
            "docker-arm64", docker,
            image: { image in
                image.compress("gzip")
                image.architecture = "arm64"
            }),
        one(
            "oci-arm64", oci,
            image: { image in
                image.compress("gzip")
                image.architecture = "arm64"
            }),
        one(
            "oci-config-no-rootfs", oci,
            image: { image in
                image.compress("gzip")
                image.ownConfig =
                    "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"User\":\"oci-config-no-rootfs\"}}"
            }),
        one(
            "docker-much-history", docker,
            image: { image in
                image.compress("gzip")
                image.historyCount = 5
            }),
    ]

    // MARK: What manifests say

    static func typed(_ name: String, _ tool: String?, as type: String) -> [Case] {
        let change: @Sendable (inout CorpusImage) -> Void = { image in
            if let tool {
                image.compress(tool, type: type)
            } else {
                image.layerTypes = image.layerTypes.map { _ in type }
            }
        }
        return [one("docker-type-\(name)", docker, image: change), one("oci-type-\(name)", oci, image: change)]
    }

    static let manifests: [Case] =
        typed("gzip-as-zstd", "gzip", as: "application/vnd.oci.image.layer.v1.tar+zstd")
        + typed("zstd-as-gzip", "zstd", as: "application/vnd.oci.image.layer.v1.tar+gzip")
        + typed("gzip-as-plain", "gzip", as: "application/vnd.oci.image.layer.v1.tar")
        + typed("plain-as-gzip", nil, as: "application/vnd.oci.image.layer.v1.tar+gzip")
        + typed("docker", "gzip", as: "application/vnd.docker.image.rootfs.diff.tar.gzip")
        + typed("unknown", "gzip", as: "application/x-unknown")
        + typed("foreign", "gzip", as: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")
        + [
            one(
                "docker-foreign-absent", docker,
                image: { image in
                    image.compress("gzip")
                    image.layerTypes[0] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
                }
            ) { archive, image in archive.remove(CorpusImage.blob(image.stored[0])) },
            one(
                "oci-foreign-absent", oci,
                image: { image in
                    image.compress("gzip")
                    image.layerTypes[0] = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
                }
            ) { archive, image in archive.remove(CorpusImage.blob(image.stored[0])) },
        ]
        + rewritten("wrong-layer-size") { text, image in
            text.replacingOccurrences(of: "\"size\":\(image.stored[1].count)}]", with: "\"size\":7}]")
        }
        + rewritten("schema-1") { text, _ in
            text.replacingOccurrences(of: "\"schemaVersion\":2", with: "\"schemaVersion\":1")
        }
        + rewritten("layers-and-manifests") { text, _ in
            text.replacingOccurrences(of: "\"layers\":", with: "\"manifests\":[],\"layers\":")
        }
        + rewritten("no-layers") { text, _ in
            String(text.prefix(upTo: text.range(of: ",\"layers\":")?.lowerBound ?? text.endIndex)) + "}"
        }
        + rewritten("artifact") { text, _ in
            text.replacingOccurrences(
                of: "application/vnd.oci.image.config.v1+json", with: "application/vnd.example.artifact.v1+json")
        }
        + rewritten("no-media-type") { text, _ in
            text.replacingOccurrences(of: "\"mediaType\":\"\(CorpusImage.manifestType)\",", with: "")
        }
        + rewritten("other-media-type") { text, _ in
            text.replacingOccurrences(of: CorpusImage.manifestType, with: CorpusImage.indexType)
        }
        + rewritten("no-json") { text, _ in String(text.dropLast(5)) }

    /// The image's manifest is another, and `index.json` points to it rightly.
    static func rewritten(
        _ name: String, _ change: @escaping @Sendable (String, CorpusImage) -> String
    ) -> [Case] {
        let spoil: @Sendable (inout CorpusArchive, CorpusImage) -> Void = { archive, image in
            let old = image.manifest
            let new = Array(change(String(decoding: old, as: UTF8.self), image).utf8)
            archive.rename(CorpusImage.blob(old), to: CorpusImage.blob(new))
            archive[CorpusImage.blob(new)] = new
            archive.replace(sha256(old), by: sha256(new), in: "index.json")
            archive.replace("\"size\":\(old.count)", by: "\"size\":\(new.count)", in: "index.json")
        }
        return [
            one("docker-manifest-\(name)", docker, image: gzip, spoil),
            one("oci-manifest-\(name)", oci, image: gzip, spoil),
        ]
    }
}
