import Foundation

@testable import Puller

/// Archives, right ones and spoilt ones, small and the same in every run.
enum Corpus {
    /// One archive.
    struct Case: Sendable, CustomStringConvertible {
        let name: String
        let make: @Sendable () -> [UInt8]
        var description: String { name }
    }

    static let all: [Case] = whole + tarForms + members + classic + encodings + layouts + manifests

    static func sha256(_ bytes: [UInt8]) -> String { (try? Digester.digest(of: bytes).hex) ?? "" }

    static func compressed(_ bytes: [UInt8], by tool: String) -> [UInt8] {
        let flags = ["gzip": ["-nc"], "bzip2": ["-c"], "xz": ["-c"], "zstd": ["-qc"]]
        return filter(bytes, through: "/usr/bin/\(tool)", flags[tool] ?? [])
    }

    private static func filter(_ bytes: [UInt8], through program: String, _ flags: [String]) -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("corpus-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("in")
        let output = folder.appendingPathComponent("out")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = flags
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: input)
            try Data().write(to: output)
            process.standardInput = try FileHandle(forReadingFrom: input)
            process.standardOutput = try FileHandle(forWritingTo: output)
            try process.run()
            process.waitUntilExit()
            return try [UInt8](Data(contentsOf: output))
        } catch {
            return []
        }
    }

    private static func one(
        _ name: String, layers: Int = 3, _ form: @escaping @Sendable (CorpusImage) -> CorpusArchive,
        image change: @escaping @Sendable (inout CorpusImage) -> Void = { _ in }
    ) -> Case {
        one(name, layers: layers, form, image: change) { _, _ in }
    }

    private static func one(
        _ name: String, layers: Int = 3, _ form: @escaping @Sendable (CorpusImage) -> CorpusArchive,
        image change: @escaping @Sendable (inout CorpusImage) -> Void = { _ in },
        _ spoil: @escaping @Sendable (inout CorpusArchive, CorpusImage) -> Void
    ) -> Case {
        Case(name: name) {
            var image = CorpusImage(name, layers: layers)
            change(&image)
            var archive = form(image)
            spoil(&archive, image)
            return archive.bytes
        }
    }

    private static func whole(
        _ name: String, by tool: String, _ form: @escaping @Sendable (CorpusImage) -> CorpusArchive
    ) -> Case {
        Case(name: name) { compressed(form(CorpusImage(name)).bytes, by: tool) }
    }

    @Sendable private static func classic(_ image: CorpusImage) -> CorpusArchive { CorpusImage.classic([image]) }
    @Sendable private static func docker(_ image: CorpusImage) -> CorpusArchive {
        CorpusImage.layout([image], isDockers: true)
    }
    @Sendable private static func oci(_ image: CorpusImage) -> CorpusArchive {
        CorpusImage.layout([image], isDockers: false)
    }
    @Sendable private static func gzip(_ image: inout CorpusImage) { image.compress("gzip") }
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    // MARK: Whole

    private static let whole: [Case] = [
        one("classic-right", classic), one("docker-right", docker, image: gzip), one("graphdriver-right", docker),
        one("oci-right", oci, image: gzip), one("podman-right", CorpusImage.podman),
        one("docker-index", { CorpusImage.layout([$0], isDockers: true, index: true) }, image: gzip),
        one("oci-index", { CorpusImage.layout([$0], isDockers: false, index: true) }, image: gzip),
        one("classic-one-layer", layers: 1, classic), one("docker-no-layers", layers: 0, docker),
        one("classic-no-layers", layers: 0, classic),
        Case(name: "classic-two-images") { CorpusImage.classic([CorpusImage("two-a"), CorpusImage("two-b")]).bytes },
        Case(name: "docker-two-images") {
            CorpusImage.layout([CorpusImage("docker-two-a"), CorpusImage("docker-two-b")], isDockers: true).bytes
        },
        Case(name: "oci-two-images") {
            CorpusImage.layout([CorpusImage("oci-two-a"), CorpusImage("oci-two-b")], isDockers: false).bytes
        },
        one("docker-two-names", docker, image: { $0.tags.append("corpus.example/docker-two-names:2") }),
        whole("classic-gzip", by: "gzip", classic), whole("classic-bzip2", by: "bzip2", classic),
        whole("classic-xz", by: "xz", classic), whole("classic-zstd", by: "zstd", classic),
        whole("docker-gzip", by: "gzip", docker), whole("docker-zstd", by: "zstd", docker),
        whole("oci-gzip", by: "gzip", oci), whole("oci-zstd", by: "zstd", oci),
        Case(name: "classic-gzip-twice") {
            compressed(compressed(classic(CorpusImage("classic-gzip-twice")).bytes, by: "gzip"), by: "gzip")
        },
        Case(name: "classic-gzip-cut") {
            Array(compressed(classic(CorpusImage("classic-gzip-cut")).bytes, by: "gzip").dropLast(400))
        },
        Case(name: "nothing") { [] }, Case(name: "zeros") { [UInt8](repeating: 0, count: 10240) },
        Case(name: "text") { bytes(String(repeating: "this is no archive\n", count: 100)) },
    ]

    // MARK: The tar itself

    private static let tarForms: [Case] = [
        one("tar-no-end", classic) { archive, _ in archive.ending = [] },
        one("tar-half-end", classic) { archive, _ in archive.ending = [UInt8](repeating: 0, count: 512) },
        one("tar-10240", classic) { archive, _ in archive.ending = [UInt8](repeating: 0, count: 10240) },
        one("tar-junk-behind", classic) { archive, _ in archive.ending += bytes("junk behind the end") },
        one("tar-cut-in-layer", classic) { archive, image in
            archive.members =
                Array(archive.members.prefix { $0.path != image.layer(2) }) + [
                    .init(path: "x", raw: CorpusArchive.member(image.layer(2), type: "0", size: 5000) + [1, 2, 3])
                ]
            archive.ending = []
        },
        one("tar-cut-at-the-end", classic) { archive, _ in
            archive.members.append(.init(path: "x", raw: CorpusArchive.member("late", type: "0", size: 5000)))
            archive.ending = []
        },
        one("tar-cut-in-header", classic) { archive, _ in
            archive.members.append(.init(path: "x", raw: Array(CorpusArchive.member("late", type: "0").prefix(300))))
            archive.ending = []
        },
        one("tar-zero-block-amid", classic) { archive, _ in
            archive.members.insert(.init(path: "x", raw: [UInt8](repeating: 0, count: 512)), at: 3)
        },
        one("tar-checksum", classic) { archive, _ in
            var header = CorpusArchive.member("late", type: "0")
            header[0] = UInt8(ascii: "x")
            archive.members.append(.init(path: "x", raw: header))
        },
        one("tar-checksum-in-oci", oci) { archive, _ in
            var header = CorpusArchive.member("late", type: "0")
            header[0] = UInt8(ascii: "x")
            archive.members.append(.init(path: "x", raw: header))
        },
        one("tar-bad-size", classic) { archive, _ in
            var header = CorpusArchive.member("late", type: "0")
            header.replaceSubrange(124..<135, with: bytes("99999999999"))
            for place in 148..<156 { header[place] = 0x20 }
            let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
            header.replaceSubrange(148..<155, with: bytes(String(repeating: "0", count: 6 - sum.count) + sum) + [0])
            archive.members.append(.init(path: "x", raw: header))
        },
        one("tar-pax", classic) { archive, _ in archive.form = .pax },
        one("tar-gnu", classic) { archive, _ in archive.form = .gnu },
        one("tar-base256", classic) { archive, _ in archive.form = .base256 },
        one("tar-v7", classic) { archive, _ in archive.form = .v7 },
        one("docker-pax", docker, image: gzip) { archive, _ in archive.form = .pax },
        one("tar-pax-of-2-gb", classic) { archive, _ in
            archive.members.insert(.init(path: "x", raw: CorpusArchive.member("x", type: "x", size: 2 << 30)), at: 0)
        },
        one("tar-pax-malformed", classic) { archive, _ in
            archive.members.insert(
                .init(path: "x", raw: CorpusArchive.member("x", type: "x", bytes("12 path=abcX"))), at: 0)
        },
        one("tar-global-pax", classic) { archive, _ in
            archive.members.insert(
                .init(path: "x", raw: CorpusArchive.member("x", type: "g", bytes("15 comment=abc\n"))), at: 0)
        },
    ]

    // MARK: Members

    private static let members: [Case] = [
        one("member-superfluous", classic) { archive, _ in archive.file("readme", "hello") },
        one("member-dot-slash", classic) { archive, _ in
            for place in archive.members.indices { archive.members[place].path = "./" + archive.members[place].path }
        },
        one("docker-member-dot-slash", docker) { archive, _ in
            for place in archive.members.indices { archive.members[place].path = "./" + archive.members[place].path }
        },
        one("member-absolute", classic) { archive, _ in
            for place in archive.members.indices { archive.members[place].path = "/" + archive.members[place].path }
        },
        one("docker-member-absolute", docker) { archive, _ in
            for place in archive.members.indices { archive.members[place].path = "/" + archive.members[place].path }
        },
        one("member-outside", classic) { archive, _ in archive.file("../corpus-evil", "evil") },
        one("member-detour", classic) { archive, _ in archive.rename("manifest.json", to: "a/../manifest.json") },
        one("member-fifo", classic) { archive, _ in archive.link("pipe", to: "", type: "6") },
        one("member-device", classic) { archive, _ in archive.link("null", to: "", type: "3") },
        one("member-unknown-type", classic) { archive, _ in archive.link("what", to: "", type: "Q") },
        one("member-contiguous", classic) { archive, _ in archive.link("what", to: "", type: "7") },
        one("docker-member-unknown-type", docker) { archive, _ in archive.link("what", to: "", type: "Q") },
        one("member-hard-linked-layer", classic) { archive, image in
            archive.rename(image.layer(1), to: "elsewhere")
            archive.link(image.layer(1), to: "elsewhere", type: "1")
        },
        one("member-hard-link-to-nothing", classic) { archive, _ in archive.link("hard", to: "nothing", type: "1") },
        one("member-hard-link-outside", classic) { archive, _ in
            archive.link("hard", to: "../../../etc/passwd", type: "1")
        },
        one("docker-member-hard-linked-layer", docker) { archive, image in
            let name = CorpusImage.blob(image.stored[1])
            archive.rename(name, to: "elsewhere")
            archive.link(name, to: "elsewhere", type: "1")
        },
        one("member-linked-layer", classic) { archive, image in
            archive.rename(image.layer(1), to: "elsewhere")
            archive.link(image.layer(1), to: "../elsewhere")
        },
        one("docker-member-linked-layer", docker) { archive, image in
            let name = CorpusImage.blob(image.stored[1])
            archive.rename(name, to: "elsewhere")
            archive.link(name, to: "../../elsewhere")
        },
        one("member-twice-linked-layer", classic) { archive, image in
            archive.rename(image.layer(1), to: "elsewhere")
            archive.link("between", to: "elsewhere")
            archive.link(image.layer(1), to: "../between")
        },
        one("member-absolutely-linked-layer", classic) { archive, image in
            archive.rename(image.layer(1), to: "elsewhere")
            archive.link(image.layer(1), to: "/elsewhere")
        },
        one("member-link-loop", classic) { archive, image in
            archive.remove(image.layer(1))
            archive.link(image.layer(1), to: "../loop")
            archive.link("loop", to: image.layer(1))
        },
        one("member-link-outside", classic) { archive, image in
            archive.remove(image.layer(1))
            archive.link(image.layer(1), to: "../../../../../etc/passwd")
        },
        one("member-superfluous-link-outside", classic) { archive, _ in
            archive.link("out", to: "../../../../../etc/passwd")
        },
        one("member-dangling-link", classic) { archive, _ in archive.link("dangling", to: "nowhere") },
        one("podman-member-dangling-link", CorpusImage.podman) { archive, _ in archive.link("dangling", to: "nowhere")
        },
        one("member-linked-manifest", classic) { archive, _ in
            archive.rename("manifest.json", to: "other.json")
            archive.link("manifest.json", to: "other.json")
        },
        one("member-linked-config", classic) { archive, image in
            archive.rename(image.configDigest + ".json", to: "other.json")
            archive.link(image.configDigest + ".json", to: "other.json")
        },
        one("member-folder-for-layer", classic) { archive, image in
            archive.remove(image.layer(1))
            archive.folder(image.layer(1) + "/")
        },
        one("member-manifest-twice-last-bad", classic) { archive, _ in archive.file("manifest.json", "{") },
        one("member-manifest-twice-first-bad", classic) { archive, _ in
            archive.members.insert(.init(path: "manifest.json", content: bytes("{")), at: 0)
        },
        one("member-layer-twice-last-bad", classic) { archive, image in archive.file(image.layer(1), "bad") },
        one("member-layer-twice-first-bad", classic) { archive, image in
            archive.members.insert(.init(path: image.layer(1), content: bytes("bad")), at: 0)
        },
        one("docker-member-layer-twice-last-bad", docker) { archive, image in
            archive.file(CorpusImage.blob(image.stored[1]), "bad")
        },
        one("docker-member-layer-twice-first-bad", docker) { archive, image in
            archive.members.insert(.init(path: CorpusImage.blob(image.stored[1]), content: bytes("bad")), at: 0)
        },
        one("member-without-folders", classic) { archive, _ in archive.members.removeAll { $0.type == "5" } },
    ]

    // MARK: manifest.json and what it names

    private static let classic: [Case] = [
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

    // MARK: How layers are stored

    private static func encoded(
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

    private static let encodings: [Case] =
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

    // MARK: OCI layouts, and Docker's with both lists

    private static let layouts: [Case] = [
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

    private static func typed(_ name: String, _ tool: String?, as type: String) -> [Case] {
        let change: @Sendable (inout CorpusImage) -> Void = { image in
            if let tool {
                image.compress(tool, type: type)
            } else {
                image.layerTypes = image.layerTypes.map { _ in type }
            }
        }
        return [one("docker-type-\(name)", docker, image: change), one("oci-type-\(name)", oci, image: change)]
    }

    private static let manifests: [Case] =
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
    private static func rewritten(
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
