import Foundation

@testable import Puller

/// What `manifest.json` says, and what it names.
extension Corpus {
    // MARK: manifest.json and what it names

    static let classic: [Case] = [
        one("classic-no-manifest", classic) { archive, _ in archive.remove("manifest.json") },
        one("classic-no-manifest-no-repositories", classic) { archive, _ in
            archive.remove("manifest.json")
            archive.remove("repositories")
        },
        one("classic-no-repositories", classic) { archive, _ in archive.remove("repositories") },
        one("classic-bad-repositories", classic) { archive, _ in archive["repositories"] = bytes("{") },
        one("classic-no-config", classic) { archive, image in archive.remove(image.configDigest + ".json") },
        one("classic-no-layer", classic) { archive, image in archive.remove(image.layer(1)) },
        one("classic-swapped", classic) { archive, image in
            archive.replace(image.layer(0), by: "@", in: "manifest.json")
            archive.replace(image.layer(1), by: image.layer(0), in: "manifest.json")
            archive.replace("@", by: image.layer(1), in: "manifest.json")
        },
        one("classic-wrong-diffid", classic, image: { $0.diffIDs[1] = "sha256:" + String(repeating: "0", count: 64) }),
        one("classic-diffid-no-digest", classic, image: { $0.diffIDs[1] = "sha256:xyz" }),
        one("classic-few-layers", classic) { archive, image in
            archive.replace(",\"\(image.layer(2))\"", by: "", in: "manifest.json")
        },
        one("classic-many-layers", classic) { archive, image in
            archive.replace(
                "\"\(image.layer(2))\"", by: "\"\(image.layer(2))\",\"\(image.layer(2))\"", in: "manifest.json")
        },
        one("classic-other-config-name", classic) { archive, image in
            archive.rename(image.configDigest + ".json", to: "config.json")
            archive.replace(image.configDigest, by: "config", in: "manifest.json")
        },
        one("classic-wrong-config-name", classic) { archive, image in
            let other = String(repeating: "0", count: 64)
            archive.rename(image.configDigest + ".json", to: other + ".json")
            archive.replace(image.configDigest, by: other, in: "manifest.json")
        },
        one("classic-config-no-json", classic) { archive, image in archive[image.configDigest + ".json"] = bytes("{\"a")
        },
        one("classic-config-empty", classic) { archive, image in archive[image.configDigest + ".json"] = [] },
        one("classic-config-no-rootfs", classic) { archive, image in
            archive[image.configDigest + ".json"] = bytes("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{}}")
        },
        one("classic-config-bad-time", classic) { archive, image in
            archive.replace(
                "\"created\":\"2024-01-01T00:00:00Z\",\"config\"", by: "\"created\":\"yesterday\",\"config\"",
                in: image.configDigest + ".json")
        },
        one("classic-config-junk-behind", classic) { archive, image in
            archive[image.configDigest + ".json"] += bytes("junk")
        },
        one("classic-much-history", classic, image: { $0.historyCount = 5 }),
        one("classic-no-history", classic, image: { $0.historyCount = 0 }),
        one("classic-windows", classic, image: { $0.os = "windows" }),
        one("classic-freebsd", classic, image: { $0.os = "freebsd" }),
        one("classic-no-os", classic, image: { $0.os = nil }),
        one("classic-arm64", classic, image: { $0.architecture = "arm64" }),
        one("classic-nonsense-architecture", classic, image: { $0.architecture = "pdp11" }),
        one("classic-no-names", classic) { archive, image in
            archive.replace("[\"\(image.tags[0])\"]", by: "null", in: "manifest.json")
        },
        one("classic-names-empty", classic) { archive, image in
            archive.replace("[\"\(image.tags[0])\"]", by: "[]", in: "manifest.json")
        },
        one("classic-names-absent", classic) { archive, image in
            archive.replace("\"RepoTags\":[\"\(image.tags[0])\"],", by: "", in: "manifest.json")
        },
        one("classic-invalid-name", classic) { archive, image in
            archive.replace(image.tags[0], by: "UPPER/Case::", in: "manifest.json")
        },
        one("classic-name-without-tag", classic) { archive, image in
            archive.replace(image.tags[0], by: "corpus.example/untagged", in: "manifest.json")
        },
        one("classic-manifest-empty-list", classic) { archive, _ in archive["manifest.json"] = bytes("[]") },
        one("classic-manifest-null", classic) { archive, _ in archive["manifest.json"] = bytes("null") },
        one("classic-manifest-object", classic) { archive, _ in archive["manifest.json"] = bytes("{}") },
        one("classic-manifest-no-json", classic) { archive, _ in archive["manifest.json"] = bytes("[{") },
        one("classic-manifest-empty", classic) { archive, _ in archive["manifest.json"] = [] },
        one("classic-manifest-junk-behind", classic) { archive, _ in archive["manifest.json"] += bytes("junk") },
        one("classic-manifest-lower-case", classic) { archive, _ in
            archive.replace("Config", by: "config", in: "manifest.json")
            archive.replace("Layers", by: "layers", in: "manifest.json")
            archive.replace("RepoTags", by: "repoTags", in: "manifest.json")
        },
        one("classic-manifest-wrong-type", classic) { archive, image in
            archive.replace("[\"\(image.tags[0])\"]", by: "7", in: "manifest.json")
        },
        one(
            "classic-same-layer-twice", classic,
            image: { image in
                image.inflated[2] = image.inflated[0]
                image.stored[2] = image.stored[0]
                image.diffIDs[2] = image.diffIDs[0]
            }),
        one("classic-layer-path-twice", classic) { archive, image in
            archive.replace(image.layer(1), by: image.layer(0), in: "manifest.json")
        },
    ]
}
