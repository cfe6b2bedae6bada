import Foundation
import Testing

@testable import Puller

/// What stands under the archive's name before a pull, and after.
@Suite struct OutputTests {
    @Test func nothingIsReplacedWhenNothingMayBe() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        try Data("mine".utf8).write(to: bench.folder.appending(path: "out.tar"))
        #expect(try await bench.cause(registry, bench.request(replacing: .nothing)) == .exists)
        #expect(registry.requests.isEmpty)
        #expect(try bench.bytes("out.tar") == Array("mine".utf8))
        try await bench.pull(registry, bench.request(to: "new.tar", replacing: .nothing))
        #expect(try bench.bytes("new.tar") == bench.golden("docker-29-containerd.tar"))
    }

    @Test func anythingIsReplacedWhenAnythingMayBe() async throws {
        let bench = try PullBench()
        try Data("old".utf8).write(to: bench.folder.appending(path: "out.tar"))
        try await bench.pull(try FakeRegistry.golden(), bench.request(replacing: .anything))
        #expect(try bench.bytes("out.tar") == bench.golden("docker-29-containerd.tar"))
    }

    @Test(arguments: [ArchiveRequest.Replacing.anything, .sameImage, .nothing])
    func foldersAndDevicesNeverAre(_ replacing: ArchiveRequest.Replacing) async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        try FileManager.default.createDirectory(
            at: bench.folder.appending(path: "out.tar"), withIntermediateDirectories: false)
        #expect(try await bench.cause(registry, bench.request(replacing: replacing)) == .exists)
        var request = try bench.request()
        request.archive.output = .file(path: "/dev/null", replacing: replacing)
        #expect(try await bench.cause(registry, request) == .exists)
        #expect(registry.requests.isEmpty)
    }

    static let layouts = [ArchiveLayout.docker(keepIndex: false), .docker(keepIndex: true), .docker2010(saveTime: 5)]

    @Test(arguments: layouts, ["single", "multi"])
    func theSameImageIsReplaced(_ layout: ArchiveLayout, _ tag: String) async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        let name = "127.0.0.1:5055/lab/img1:\(tag)"
        let digest = tag == "single" ? FakeRegistry.manifest : FakeRegistry.index
        for name in [name, "127.0.0.1:5055/lab/img1@sha256:\(digest)"] {
            for _ in 1...2 {
                try await bench.pull(
                    registry, bench.request(name, to: "\(name.count).tar", replacing: .sameImage, layout: layout))
            }
        }
        #expect(try bench.files().count == 2)
    }

    @Test func anotherImageIsNot() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        try await bench.pull(registry, bench.request("127.0.0.1:5055/lab/img1:multi"))
        let before = try bench.bytes("out.tar")
        // Another tag, another platform, another way to name it.
        for (name, platform) in [
            ("img1:single", "amd64"), ("img1:multi", "armv7"), ("img1@sha256:\(FakeRegistry.manifest)", "amd64"),
        ] {
            let request = try bench.request("127.0.0.1:5055/lab/\(name)", platform: platform, replacing: .sameImage)
            #expect(try await bench.cause(registry, request) == .exists)
        }
        #expect(try bench.bytes("out.tar") == before)
        // No layer was asked for by those who could not have written it.
        #expect(registry.requests.count { $0.path.hasSuffix(FakeRegistry.layers[0]) } == 1)
    }

    @Test(arguments: ["", "not a tar", String(repeating: "\u{0}", count: 2048)])
    func whatIsNoImageIsNot(_ content: String) async throws {
        let bench = try PullBench()
        try Data(content.utf8).write(to: bench.folder.appending(path: "out.tar"))
        #expect(try await bench.cause(try FakeRegistry.golden(), bench.request(replacing: .sameImage)) == .exists)
    }

    @Test func damagedArchivesAreReadWithoutHarm() async throws {
        let bench = try PullBench()
        let golden = try bench.golden("docker-29-containerd.tar")
        let path = bench.path("damaged.tar")
        for seed in 0..<200 {
            var bytes = Array(golden.prefix(golden.count - seed * 37 % golden.count))
            for step in 0..<8 where !bytes.isEmpty {
                bytes[(seed * 7919 + step * 104_729) % bytes.count] = UInt8(truncatingIfNeeded: seed &* 31 &+ step)
            }
            try Data(bytes).write(to: URL(filePath: path))
            _ = try await SavedImage.read(path)
        }
    }

    @Test func whatCameMeanwhileIsJudgedAgain() async throws {
        let bench = try PullBench()
        let image = try SavedImage(GoldenImage.image(tag: "single"))
        for replacing in [ArchiveRequest.Replacing.nothing, .sameImage] {
            let output = ArchiveRequest.Output.file(path: bench.path("out.tar"), replacing: replacing)
            let file = try ArchiveFile.create(at: bench.path("out.tar"))
            try Data("theirs".utf8).write(to: bench.folder.appending(path: "out.tar"))
            await #expect { try await output.commit(file, of: image) } throws: { ($0 as? PullError)?.cause == .exists }
            file.discard()
            #expect(try bench.files() == ["out.tar"])
            #expect(try bench.bytes("out.tar") == Array("theirs".utf8))
            try FileManager.default.removeItem(atPath: bench.path("out.tar"))
        }
    }

    @Test func aMissingFolderIsTheDisksError() async throws {
        let bench = try PullBench()
        let cause = try await bench.cause(try FakeRegistry.golden(), bench.request(to: "none/out.tar"))
        #expect(cause == .disk(errno: 2))
    }

    @Test func aLinkIsReplacedAndNotFollowed() async throws {
        let bench = try PullBench()
        try Data("kept".utf8).write(to: bench.folder.appending(path: "target"))
        try FileManager.default.createSymbolicLink(
            atPath: bench.path("out.tar"), withDestinationPath: bench.path("target"))
        try await bench.pull(try FakeRegistry.golden(), bench.request(replacing: .anything))
        #expect(try bench.bytes("target") == Array("kept".utf8))
        #expect(try bench.bytes("out.tar") == bench.golden("docker-29-containerd.tar"))
    }

    @Test(arguments: [
        (ArchiveLayout.docker(keepIndex: false), ArchiveRequest.Compression.none), (.docker(keepIndex: false), .gzip),
        (.docker2010(saveTime: 5), .none), (.docker2010(saveTime: 5), .zstd),
    ])
    func standardOutputGetsTheSameBytes(_ layout: ArchiveLayout, _ compression: ArchiveRequest.Compression) async throws
    {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        registry.fail(HostilePullTests.layer, with: .cut(after: 200))
        var request = try bench.request(layout: layout)
        request.archive.compression = compression
        try await bench.pull(registry, request)

        let pipe = Pipe.kept()
        registry.fail(HostilePullTests.layer, with: .cut(after: 100))
        request.archive.output = .standardOutput
        async let read = Self.readToEnd(pipe.fileHandleForReading)
        let result = try await bench.puller(registry, standardOutput: pipe.fileHandleForWriting.fileDescriptor).pull(
            request)
        try pipe.fileHandleForWriting.close()
        let bytes = await [UInt8](read)
        #expect(try bytes == bench.bytes("out.tar"))
        #expect(result.size == Int64(bytes.count))
        #expect(result.path == nil)
        #expect(try bench.files() == ["out.tar"])
    }

    /// On a thread of its own: a reader that blocks would take one from the tasks that write.
    static func readToEnd(_ file: FileHandle) async -> Data {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: (try? file.readToEnd()) ?? Data()) }
        }
    }
}
