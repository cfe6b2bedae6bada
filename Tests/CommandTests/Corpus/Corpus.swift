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

    static func filter(_ bytes: [UInt8], through program: String, _ flags: [String]) -> [UInt8] {
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

    static func one(
        _ name: String, layers: Int = 3, _ form: @escaping @Sendable (CorpusImage) -> CorpusArchive,
        image change: @escaping @Sendable (inout CorpusImage) -> Void = { _ in }
    ) -> Case {
        one(name, layers: layers, form, image: change) { _, _ in }
    }

    static func one(
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

    static func whole(
        _ name: String, by tool: String, _ form: @escaping @Sendable (CorpusImage) -> CorpusArchive
    ) -> Case {
        Case(name: name) { compressed(form(CorpusImage(name)).bytes, by: tool) }
    }

    @Sendable static func classic(_ image: CorpusImage) -> CorpusArchive { CorpusImage.classic([image]) }
    @Sendable static func docker(_ image: CorpusImage) -> CorpusArchive {
        CorpusImage.layout([image], isDockers: true)
    }
    @Sendable static func oci(_ image: CorpusImage) -> CorpusArchive {
        CorpusImage.layout([image], isDockers: false)
    }
    @Sendable static func gzip(_ image: inout CorpusImage) { image.compress("gzip") }
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    // MARK: Whole

    static let whole: [Case] = [
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

    static let tarForms: [Case] = [
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
}
