import Foundation
import Testing

@testable import Puller

/// An OCI layout that is a folder: it grows, and nothing in it is under its name before it is verified.
@Suite struct OCIFolderTests {
    private static func request(_ name: String, on bench: PullBench, to folder: String = "layout") throws -> PullRequest
    {
        var request = try bench.request(name, layout: .oci(keepIndex: false))
        request.archive.output = .folder(path: bench.path(folder))
        return request
    }

    private static func files(_ folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        let names = try #require(FileManager.default.enumerator(atPath: folder))
        for case let name as String in names {
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
            if isThere, !isFolder.boolValue {
                files[name] = try [UInt8](Data(contentsOf: URL(filePath: folder + "/" + name)))
            }
        }
        return files
    }

    /// The folder holds the archive's members, and every blob is what its name says.
    @Test func holdsWhatTheArchiveHolds() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        try await bench.pull(registry, Self.request("127.0.0.1:5055/lab/img1:single", on: bench))
        let files = try Self.files(bench.path("layout"))
        let image = try GoldenImage.image(tag: "single")
        for member in try ArchiveLayout.oci(keepIndex: false).members(of: [image]) {
            switch member.content {
            case .bytes(let bytes): #expect(files[member.path] == bytes, "\(member.path)")
            case .blob(let blob):
                #expect(try Digester.digest(of: #require(files[member.path])) == blob.digest)
            case .folder, .link, .inflated: continue
            }
        }
        #expect(files.keys.allSatisfy { !$0.contains("partial") })
    }

    /// A second image joins the first; what it shares is not fetched again, and the same name is there once.
    @Test func grows() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/grows", speaksTLS: false)
        let name = "127.0.0.1:5055/lab/grows"
        let shared = Noise.bytes(5000)
        let one = try ServedImage(layers: [shared, Noise.bytes(300, seed: 1)])
        let other = try ServedImage(layers: [shared, Noise.bytes(400, seed: 2)])
        one.serve(in: registry, as: "one")
        other.serve(in: registry, as: "other")
        try await bench.pull(registry, Self.request(name + ":one", on: bench))
        try await bench.pull(registry, Self.request(name + ":other", on: bench))
        try await bench.pull(registry, Self.request(name + ":one", on: bench))
        for layer in Set(one.layers + other.layers) {
            #expect(registry.requests.filter { $0.path.hasSuffix("\(layer.digest)") }.count == 1)
        }
        let index = try #require(try Self.files(bench.path("layout"))["index.json"])
        let names = try #require(try GoJSON(parsing: index)["manifests"]).elements.map {
            $0["annotations"]?["io.containerd.image.name"]
        }
        #expect(names == [.text("\(name):other"), .text("\(name):one")])
        // A tag that has moved on takes the place of what it named.
        other.serve(in: registry, as: "one")
        try await bench.pull(registry, Self.request(name + ":one", on: bench))
        let moved = try GoJSON(parsing: try #require(try Self.files(bench.path("layout"))["index.json"]))
        #expect(moved["manifests"]?.elements.count == 2)
        #expect(try moved["manifests"]?.elements.last?["digest"] == .text(other.digest.description))
    }

    /// A layer that is broken off leaves no blob under its name and no index; the next run goes on.
    @Test func goesOnWhereItStopped() async throws {
        let cache = FileManager.default.temporaryDirectory.appending(path: "cache-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: cache) }
        try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        let bench = try PullBench(connections: 1, retries: 0, cacheRoot: cache)
        let image = try NoiseImage(layers: 2_000_000, 3_000_000)
        image.breakOff(1, after: 2_500_000, refusals: 0)
        await #expect(throws: PullError.self) {
            try await bench.pull(image.registry, Self.request(NoiseImage.name, on: bench))
        }
        let left = try Self.files(bench.path("layout"))
        #expect(left["index.json"] == nil)
        #expect(left["blobs/sha256/\(image.image.layers[1].digest.hex)"] == nil)
        try await bench.pull(image.registry, Self.request(NoiseImage.name, on: bench))
        #expect(image.ranges(0) == [nil], "a finished blob came again")
        #expect(image.ranges(1).last == "bytes=2500000-")
        let files = try Self.files(bench.path("layout"))
        for layer in image.image.layers {
            #expect(try Digester.digest(of: #require(files["blobs/sha256/\(layer.digest.hex)"])) == layer.digest)
        }
        #expect(files["index.json"] != nil)
    }

    /// Pulls that end at the same moment lose nothing of one another.
    @Test func grownByManyAtATime() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/many", speaksTLS: false)
        let tags = (0..<24).map { "t\($0)" }
        for (number, tag) in tags.enumerated() {
            try ServedImage(layers: [[UInt8(number)]]).serve(in: registry, as: tag)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for tag in tags {
                let request = try Self.request("127.0.0.1:5055/lab/many:\(tag)", on: bench)
                group.addTask { try await bench.pull(registry, request) }
            }
            try await group.waitForAll()
        }
        let images = try await StoredImages.open(bench.path("layout")).images
        #expect(Set(images.flatMap(\.names).compactMap(\.tag)) == Set(tags))
    }

    /// What is no layout is left alone.
    @Test func aFolderOfOtherThingsIsNotTouched() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        try FileManager.default.createDirectory(atPath: bench.path("layout"), withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: bench.folder.appending(path: "layout/letter.txt"))
        let request = try Self.request("127.0.0.1:5055/lab/img1:single", on: bench)
        #expect(try await bench.cause(registry, request) == .exists)
        #expect(try Self.files(bench.path("layout")).keys.sorted() == ["letter.txt"])
        let file = try Self.request("127.0.0.1:5055/lab/img1:single", on: bench, to: "layout/letter.txt")
        #expect(try await bench.cause(registry, file) == .exists)
    }

    /// Only OCI's layout is a folder.
    @Test func noOtherLayoutIsAFolder() async throws {
        let bench = try PullBench()
        var request = try Self.request("127.0.0.1:5055/lab/img1:single", on: bench)
        request.archive.layout = .docker(keepIndex: false)
        #expect(try await bench.cause(try FakeRegistry.golden(), request) == .folderLayout)
    }
}
