import Foundation
import Glibc
import Testing

@testable import Puller

/// A cache of a test's own, and pulls into folders of their own that share it.
final class CacheBench: Sendable {
    let root: String
    let limit: Int64
    let connections: Int?

    init(on disk: String = FileManager.default.temporaryDirectory.path, limit: Int64 = 1 << 30, connections: Int? = 1)
        throws
    {
        root = disk + "/cache-\(UUID().uuidString)"
        (self.limit, self.connections) = (limit, connections)
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var folder: String { root + "/docker-tar-lab/blobs" }

    var cache: BlobCache { BlobCache(settings: .init(folder: folder, limit: limit)) }

    /// Everything in the cache, hidden files as well.
    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? [] }

    /// The partial files that were moved there.
    var data: [String] { files.filter { $0.hasSuffix(".data") }.map { folder + "/" + $0 } }

    /// A new folder to pull into, with this cache.
    func bench() throws -> PullBench { try PullBench(connections: connections, cacheRoot: root, limit: limit) }

    /// A pull that breaks off after so many bytes of its first layer.
    @discardableResult
    func interrupted(_ image: NoiseImage, after count: Int, layout: ArchiveLayout = .docker(keepIndex: false))
        async throws -> PullError.Cause?
    {
        let bench = try bench()
        image.breakOff(after: count, refusals: (connections ?? 4) == 1 ? 1 : 20)
        return try await bench.cause(image.registry, bench.request(NoiseImage.name, layout: layout))
    }

    /// The archive as a pull without a cache writes it.
    static func measure(_ image: NoiseImage, layout: ArchiveLayout = .docker(keepIndex: false)) async throws -> [UInt8]
    {
        let bench = try PullBench(connections: 1)
        try await bench.pull(image.registry, bench.request(NoiseImage.name, layout: layout))
        return try bench.bytes("out.tar")
    }

    static func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt32(status.st_mode & 0o777) : 0
    }
}

/// A disk of some pages, for root alone.
final class TinyDisk: Sendable {
    static let isPossible = (try? TinyDisk(size: "8k")) != nil
    let path: String

    /// - Parameter size: nil for one that knows no bounds.
    init(type: String = "tmpfs", size: String? = nil) throws {
        path = FileManager.default.temporaryDirectory.path + "/tiny-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try #require(mount("none", path, type, 0, "mode=0700" + (size.map { ",size=\($0)" } ?? "")) == 0)
    }

    func makeReadOnly() throws {
        try #require(mount("none", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }
}
