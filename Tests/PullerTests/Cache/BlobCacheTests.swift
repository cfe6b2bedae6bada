import Foundation
import Glibc
import Synchronization
import Testing

@testable import Puller

/// The cache on disks and in folders that are not as they should be.
@Suite(.timeLimit(.minutes(1))) struct BlobCacheTests {
    @Test func isThisUsersAlone() async throws {
        let cache = try CacheBench()
        try await cache.interrupted(try NoiseImage(layers: 500_000), after: 300_000)
        #expect(CacheBench.mode(cache.folder) == 0o700)
        #expect(CacheBench.mode(cache.root + "/docker-tar-lab") == 0o700)
        #expect(cache.files.count == 2)
        for name in cache.files { #expect(CacheBench.mode(cache.folder + "/" + name) == 0o600, "\(name)") }
    }

    /// A new user's home has no `.cache`; the memory's folder is one level less deep.
    @Test func aHomeWithoutACacheGetsOne() throws {
        let bench = try CacheBench()
        let folder = bench.root + "/.cache/docker-tar-lab/blobs"
        let file = try ArchiveFile.create(at: bench.root + "/x.tar")
        let record = try BlobCache(settings: .init(folder: folder)).record(of: file, blobs: [])
        for path in ["/.cache", "/.cache/docker-tar-lab", "/.cache/docker-tar-lab/blobs"] {
            #expect(CacheBench.mode(bench.root + path) == 0o700, "\(path)")
        }
        record.remove()
        let nowhere = BlobCache(settings: .init(folder: bench.root + "/no/home/.cache/docker-tar-lab/blobs"))
        #expect(throws: PullError.Cause.disk(errno: ENOENT)) { try nowhere.record(of: file, blobs: []) }
    }

    /// Only so much is kept, from the file's beginning.
    @Test(arguments: ["", "/dev/shm"]) func keepsNoMoreThanItMay(_ disk: String) async throws {
        let cache = try disk.isEmpty ? CacheBench(limit: 200_000) : CacheBench(on: disk, limit: 200_000)
        let image = try NoiseImage(layers: 500_000)
        try await cache.interrupted(image, after: 300_000)
        let path = try #require(cache.data.first)
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        #expect((size ?? .max) <= 210_000)
        let bench = try CacheBench.unlimited(cache)
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(image.ranges().last == "bytes=200000-")
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
    }

    @Test func theOldestGoesFirst() async throws {
        let cache = try CacheBench(limit: 700_000)
        let images = try [NoiseImage(layers: 500_000, seed: 1), NoiseImage(layers: 500_000, seed: 2)]
        for image in images { try await cache.interrupted(image, after: 400_000) }
        #expect(cache.data.count == 1)
        for (image, kept) in zip(images, [Int64(0), 400_000]) {
            let bench = try CacheBench.unlimited(cache)
            try await bench.pull(image.registry, bench.request(NoiseImage.name))
            #expect(bench.resumed == kept)
        }
    }

    @Test func whatAProcessUsesIsNotRemoved() async throws {
        let cache = try CacheBench(limit: 0)
        let bench = try cache.bench()
        let file = try ArchiveFile.create(at: bench.path("x"))
        let record = try cache.cache.record(
            of: file, blobs: [.init(digest: try Digester.digest(of: [1]), size: 100_000, place: 0)])
        try file.write([UInt8](repeating: 1, count: 100_000), at: 0)
        record.add(["have 0 0 100000"])
        cache.cache.trim()
        #expect(cache.files == [record.name])
        #expect(try bench.files().count == 1)
        record.release()
        cache.cache.trim()
        #expect(cache.files == [])
        #expect(try bench.files() == [])
    }

    /// The cache is on another disk than the archive: what is kept is copied there and back.
    @Test func anotherDiskIsCopiedToAndFrom() async throws {
        let cache = try CacheBench(on: "/dev/shm")
        let image = try NoiseImage(layers: 2_000_000, 300_000)
        try await cache.interrupted(image, after: 1_500_001)
        #expect(cache.data.count == 1)
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(image.ranges().last == "bytes=1500001-")
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
        #expect(cache.files == [])
    }

    /// A killed process leaves its file where it was, with a hidden name; whoever pulls elsewhere uses it up.
    @Test func aFileThatWasLeftWhereItWasIsFound() async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 500_000)
        try await cache.interrupted(image, after: 300_000)
        let leftover = try #require(cache.cache.leftovers().first)
        let elsewhere = try cache.bench()
        let file = try ArchiveFile.adopt(leftover, at: elsewhere.path("other.tar"), for: .spool)
        file.leave()
        leftover.record.release()
        #expect(cache.data == [])
        #expect(try elsewhere.files().count == 1)
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name, layout: .docker2010(saveTime: 0)))
        #expect(bench.resumed == 300_000)
        #expect(try elsewhere.files() == [])
        #expect(cache.files == [])
    }

    /// Killed before the first bytes were written down: the hidden file must not stay for ever.
    @Test func aFileThatHoldsNothingIsRemoved() async throws {
        let cache = try CacheBench()
        let bench = try cache.bench()
        let file = try ArchiveFile.create(at: bench.path("x"))
        let record = try cache.cache.record(
            of: file, blobs: [.init(digest: try Digester.digest(of: [1]), size: 100_000, place: 0)])
        #expect(cache.cache.leftovers().count == 1)
        record.release()
        #expect(cache.cache.leftovers().isEmpty)
        #expect(try bench.files() == [])
        #expect(cache.files == [])
    }

    /// A link where the cache should be leads to somebody else's folder: nothing is written there, and the pull goes on.
    @Test func aPlantedLinkIsNotFollowed() async throws {
        let cache = try CacheBench()
        let victim = cache.root + "/victim"
        try FileManager.default.createDirectory(atPath: victim, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: cache.root + "/docker-tar-lab", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: cache.folder, withDestinationPath: victim)
        let image = try NoiseImage(layers: 500_000)
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(try FileManager.default.contentsOfDirectory(atPath: victim) == [])
        let failures = bench.events.withLock { events in
            events.compactMap { if case .cacheUnusable(let errno) = $0 { errno } else { nil } }
        }
        #expect(failures.count == 1)
    }

    /// A record that names somebody else's file is not believed: neither read from it nor removed.
    @Test func aRecordOfAnotherFileIsNotBelieved() async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 500_000)
        try await cache.interrupted(image, after: 300_000)
        let data = try #require(cache.data.first)
        try FileManager.default.removeItem(atPath: data)
        let mine = cache.root + "/mine"
        try Data("mine".utf8).write(to: URL(filePath: mine))
        try FileManager.default.createSymbolicLink(atPath: data, withDestinationPath: mine)
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(bench.resumed == 0)
        #expect(try Data(contentsOf: URL(filePath: mine)) == Data("mine".utf8))
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
    }

    @Test(arguments: ["", "docker-tar-lab partial 1\n", "x", String(repeating: "have 0 0 1\n", count: 1000)])
    func aRecordThatCannotBeReadIsRemoved(_ text: String) async throws {
        let cache = try CacheBench()
        try await cache.interrupted(try NoiseImage(layers: 5000), after: 3000)
        try Data(text.utf8).write(to: URL(filePath: cache.folder + "/other.partial"))
        let image = try NoiseImage(layers: 400_000, seed: 9)
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(!cache.files.contains("other.partial"))
        #expect(cache.data.count == 1)
    }

    @Test func aCacheThatCannotBeWrittenIsANoticeAndNoError() async throws {
        let image = try NoiseImage(layers: 5000)
        for root in ["/proc/nothing", "/dev/null"] {
            let bench = try PullBench(cacheRoot: root)
            try await bench.pull(image.registry, bench.request(NoiseImage.name))
            let hasNotice = bench.events.withLock { events in
                events.contains { if case .cacheUnusable = $0 { true } else { false } }
            }
            #expect(hasNotice)
            #expect(try bench.files() == ["out.tar"])
        }
    }

    /// What cannot fit is not begun: the layers' sizes are known.
    @Test(.enabled(if: TinyDisk.isPossible, "only root can mount a disk"), arguments: ResumeTests.layouts)
    func aSmallDiskIsRefusedBeforeTheFirstBlob(_ layout: ArchiveLayout) async throws {
        let disk = try TinyDisk(size: "1m")
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 600_000, 600_000)
        let bench = try cache.bench()
        var request = try bench.request(NoiseImage.name, layout: layout)
        request.archive.output = .file(path: disk.path + "/out.tar", replacing: .anything)
        let cause = try await bench.cause(image.registry, request)
        guard case .noRoom(let needed, let available)? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
        #expect(needed >= 1_200_000 && available <= 1 << 20)
        #expect(image.ranges(0).isEmpty && image.ranges(1).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
        #expect(cache.files == [])
    }

    /// A layer of 3 MB in a blob that is far smaller, and says nothing of its size.
    private func serveDenseLayer() throws -> (registry: FakeRegistry, blob: Descriptor) {
        let registry = FakeRegistry("lab/dense", speaksTLS: false)
        let layer = Noise.bytes(3_000_000)
        let image = try ServedImage(layers: [compressed(layer, .zstd)], diffIDs: [Digester.digest(of: layer)])
        image.serve(in: registry)
        return (registry, image.layers[0])
    }

    /// What a layer inflates to is known only when it is here. That was not in vain.
    @Test(.enabled(if: TinyDisk.isPossible, "only root can mount a disk"))
    func whatInflatesBeyondTheDiskIsKeptForAnotherPlace() async throws {
        let disk = try TinyDisk(size: "1m")
        let cache = try CacheBench()
        let bench = try cache.bench()
        let (registry, blob) = try serveDenseLayer()
        var request = try bench.request("127.0.0.1:5055/lab/dense", layout: .docker2010(saveTime: 0))
        request.archive.output = .file(path: disk.path + "/out.tar", replacing: .anything)
        let cause = try await bench.cause(registry, request)
        guard case .noRoom(let needed, let available)? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
        #expect(needed > 3_000_000 && available < 1 << 20)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
        request.archive.output = .file(path: bench.path("out.tar"), replacing: .anything)
        try await bench.pull(registry, request)
        #expect(bench.resumed == blob.size)
        #expect(registry.requests.count { $0.path.hasSuffix("\(blob.digest)") } == 1)
    }

    /// What another compression comes to is not known before.
    @Test(.enabled(if: TinyDisk.isPossible, "only root can mount a disk"))
    func aFullDiskLeavesNothingNeitherThereNorInTheCache() async throws {
        let disk = try TinyDisk(size: "1m")
        let cache = try CacheBench()
        let bench = try cache.bench()
        let (registry, _) = try serveDenseLayer()
        var request = try bench.request("127.0.0.1:5055/lab/dense", layout: .docker2010(saveTime: 0))
        request.archive.compression = .gzip
        request.archive.output = .file(path: disk.path + "/out.tar", replacing: .anything)
        #expect(try await bench.cause(registry, request) == .disk(errno: ENOSPC))
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
        #expect(cache.files == [])
    }

    @Test(.enabled(if: TinyDisk.isPossible, "only root can mount a disk"))
    func aCacheOnAFullDiskIsNone() async throws {
        let disk = try TinyDisk(size: "64k")
        let cache = try CacheBench(on: disk.path)
        let image = try NoiseImage(layers: 3_000_000)
        #expect(try await cache.interrupted(image, after: 1_000_000) == .unauthorised(status: 403, ""))
        #expect(cache.files == [])
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
    }

    @Test(.enabled(if: TinyDisk.isPossible, "only root can mount a disk"))
    func aReadOnlyDiskIsTheDisksError() async throws {
        let disk = try TinyDisk(size: "1m")
        try disk.makeReadOnly()
        let cache = try CacheBench()
        let bench = try cache.bench()
        var request = try bench.request(NoiseImage.name)
        request.archive.output = .file(path: disk.path + "/out.tar", replacing: .anything)
        #expect(try await bench.cause(try NoiseImage(layers: 3000).registry, request) == .disk(errno: EROFS))
        #expect(cache.files == [])
    }

    @Test func aNameThatIsTooLongIsTheDisksError() async throws {
        let cache = try CacheBench()
        let bench = try cache.bench()
        let name = String(repeating: "n", count: 300) + ".tar"
        let cause = try await bench.cause(
            try NoiseImage(layers: 3000).registry, bench.request(NoiseImage.name, to: name))
        #expect(cause == .disk(errno: ENAMETOOLONG))
    }
}

extension CacheBench {
    /// A folder to pull into with the same cache, and room in it.
    static func unlimited(_ cache: CacheBench) throws -> PullBench {
        try PullBench(connections: 1, cacheRoot: cache.root)
    }
}
