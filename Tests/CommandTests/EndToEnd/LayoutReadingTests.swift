import Foundation
import Testing

@testable import Puller

/// Archives of two images in every layout, before other people's programs that read them.
@Suite struct LayoutReadingTests {
    static let inflated: [ArchiveLayout] = [
        .docker2010(saveTime: 0), .synology, .graphdriver(.docker26, saveTime: 0), .graphdriver(.docker28, saveTime: 0),
        .graphdriver(.docker29, saveTime: 0),
    ]
    static let all = [ArchiveLayout.docker(keepIndex: false), .oci(keepIndex: false)] + inflated

    static func images() throws -> [ArchivedImage] {
        [
            try LaidOut.image(LaidOut.amd64, as: "registry.local:5000/lab/one:first", "lab/one:again"),
            try LaidOut.image(LaidOut.arm, as: "registry.local:5000/lab/two:second"),
        ]
    }

    /// Every member is listed, in order, and nothing is complained of.
    @Test(arguments: all, ["tar", "bsdtar"])
    func tarsList(layout: ArchiveLayout, program: String) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let images = try Self.images()
        try LaidOut.write(images, in: layout, to: scratch.path("a.tar"))
        let listed = try await Program.run(program, ["-tf", scratch.path("a.tar")])
        #expect(listed.status == 0 && listed.error.isEmpty)
        let paths = try LaidOut.members(of: images, in: layout).map(\.path)
        #expect(listed.output.split(separator: "\n").map(String.init) == paths)
        try FileManager.default.createDirectory(atPath: scratch.path("x"), withIntermediateDirectories: false)
        try await Program.must(program, ["-xf", scratch.path("a.tar"), "-C", scratch.path("x")])
    }

    /// As a tar and as a folder, by the references in it.
    @Test func anOCILayoutIsRead() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let archive = scratch.path("a.tar")
        try LaidOut.write(try Self.images(), in: .oci(keepIndex: false), to: archive)
        let folder = scratch.path("x")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try await Program.must("tar", ["-xf", archive, "-C", folder])
        for (reference, digest) in [("first", LaidOut.amd64), ("again", LaidOut.amd64), ("second", LaidOut.arm)] {
            for place in ["oci-archive:\(archive)", "oci:\(folder)"] {
                let found = try await Program.must(
                    "skopeo", ["inspect", "--format", "{{.Digest}}", "\(place):\(reference)"])
                #expect(found == "sha256:\(digest)\n")
            }
        }
        let listed = try await Program.must("umoci", ["ls", "--layout", folder])
        #expect(listed.split(separator: "\n").sorted() == ["again", "first", "second"])
        try await Program.must("umoci", ["stat", "--image", "\(folder):first"])
        try await Program.must("umoci", ["stat", "--image", "\(folder):second"])
    }

    /// Two repositories with one tag: each is found by its whole name.
    @Test func oneTagInTwoRepositories() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let images = [
            try LaidOut.image(LaidOut.amd64, as: "registry.local:5000/lab/one:v1"),
            try LaidOut.image(LaidOut.arm, as: "registry.local:5000/lab/two:v1"),
        ]
        try LaidOut.write(images, in: .oci(keepIndex: false), to: scratch.path("a.tar"))
        for (name, digest) in [("one", LaidOut.amd64), ("two", LaidOut.arm)] {
            let image = "oci-archive:\(scratch.path("a.tar")):registry.local:5000/lab/\(name):v1"
            let found = try await Program.must("skopeo", ["inspect", "--format", "{{.Digest}}", image])
            #expect(found == "sha256:\(digest)\n")
        }
    }

    /// The image-spec's own schemas; each document once by each of its names.
    @Test(arguments: [
        ArchiveLayout.oci(keepIndex: false), .docker(keepIndex: false), .graphdriver(.docker29, saveTime: 0),
    ])
    func theSchemasAreKept(layout: ArchiveLayout) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        try LaidOut.write(try Self.images(), in: layout, to: scratch.path("a.tar"))
        let folder = scratch.path("x")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try await Program.must("tar", ["-xf", scratch.path("a.tar"), "-C", folder])
        let validate = "\(TestImage.fixtures)/oci-schemas/validate"
        let valid = try await Program.must(validate, [folder])
        // The mark, the index, and for each of three names a manifest and a configuration.
        #expect(valid.split(separator: "\n").count == 2 + 3 * 2)
        let index = scratch.text("x/index.json")
        try FileManager.default.removeItem(atPath: "\(folder)/index.json")
        _ = try scratch.write("x/index.json", index.replacing("\"digest\"", with: "\"digset\""))
        #expect(try await Program.run(validate, [folder]).status == 1)
    }

    /// As the archives that they are for Docker.
    @Test(arguments: [ArchiveLayout.docker(keepIndex: false)] + inflated)
    func skopeoReadsDockersArchives(layout: ArchiveLayout) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let images = try Self.images()
        try LaidOut.write(images, in: layout, to: scratch.path("a.tar"))
        for image in images {
            for name in image.names {
                let place = "docker-archive:\(scratch.path("a.tar")):\(name.domain)/\(name.path):\(name.tag ?? "")"
                let config = try await Program.must("skopeo", ["inspect", "--config", "--raw", place])
                #expect(Data(config.utf8) == Data(image.config))
            }
        }
    }
}
