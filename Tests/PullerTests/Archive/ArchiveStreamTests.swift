import Foundation
import Testing

@testable import Puller

@Suite struct ArchiveStreamTests {
    static let layer = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 97) } + Array("odd".utf8)

    /// A layer, and what is around it.
    private func members() throws -> [ArchiveMember] {
        return [
            ArchiveMember(path: "folder/", content: .folder, mode: 0o755, modified: 1),
            ArchiveMember(path: "folder/layer.tar", content: .bytes(Self.layer), mode: 0o644, modified: 2),
            ArchiveMember(path: "last", content: .bytes([1, 2, 3]), mode: 0o644, modified: 3),
        ]
    }

    private func write(_ stream: ArchiveStream) throws -> Int64 {
        for member in try members() { try stream.append(member) }
        return try stream.finish()
    }

    @Test func fileAndPipeAreEqual() throws {
        let folder = try ScratchFolder()
        let file = try ArchiveFile.create(at: folder.path("file.tar"))
        let size = try write(ArchiveStream(to: file))
        try file.commit(replacing: false)
        let pipe = try FileDescriptor.open(folder.path("pipe.tar"), O_WRONLY | O_CREAT, mode: 0o600)
        #expect(try write(ArchiveStream(to: pipe)) == size)
        let bytes = try folder.bytes("file.tar")
        #expect(try folder.bytes("pipe.tar") == bytes)
        #expect(bytes.count == size && bytes.count % 512 == 0)
    }

    /// The judges are gzip(1) and zstd(1), and two runs give the same bytes.
    @Test(
        .enabled(if: Tool.areThere(.gzip, .zstd), "needs gzip and zstd"),
        arguments: [(ArchiveRequest.Compression.gzip, Tool.gzip), (.zstd, .zstd)])
    func compressedAsAWhole(compression: ArchiveRequest.Compression, tool: Tool) throws {
        let folder = try ScratchFolder()
        for name in ["one.\(tool.ending)", "two.\(tool.ending)"] {
            let file = try ArchiveFile.create(at: folder.path(name))
            let size = try write(ArchiveStream(to: file, compression: compression))
            try file.commit(replacing: false)
            #expect(try folder.bytes(name).count == size)
        }
        #expect(try folder.bytes("one.\(tool.ending)") == folder.bytes("two.\(tool.ending)"))
        let plain = try ArchiveFile.create(at: folder.path("plain"))
        _ = try write(ArchiveStream(to: plain))
        try plain.commit(replacing: false)
        #expect(try tool.output(["-dc", folder.path("one.\(tool.ending)")]) == folder.bytes("plain"))
    }

    @Test func holdsMembersToTheirSizes() throws {
        let stream = try ArchiveStream(to: FileDescriptor.open("/dev/null", O_WRONLY))
        let member = ArchiveMember(path: "m", content: .bytes([]), mode: 0o644, modified: 0)
        try stream.begin(member, size: 2)
        try [UInt8(1)].withUnsafeBytes { try stream.write($0) }
        #expect(throws: PullError.Cause.sizeMismatch(expected: 1, actual: 0)) { try stream.end() }
        #expect(throws: PullError.Cause.sizeMismatch(expected: 1, actual: 0)) { _ = try stream.finish() }
        #expect(throws: PullError.Cause.sizeMismatch(expected: 1, actual: 0)) { try stream.begin(member, size: 0) }
        #expect(throws: PullError.Cause.sizeMismatch(expected: 1, actual: 2)) {
            try [UInt8(1), 2].withUnsafeBytes { try stream.write($0) }
        }
    }

    /// A reader that has gone away is an error of its own, and no signal ends the process.
    @Test func theReaderGoesAway() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let stream = try ArchiveStream(to: FileDescriptor(owning: ends[1]))
        #expect(throws: PullError.Cause.outputClosed) { _ = try stream.finish() }
    }

    /// A pipe that its maker has set to non-blocking, with a slow reader.
    @Test func aPipeThatDoesNotBlock() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
        let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        let bytes = [UInt8](repeating: 5, count: 1_000_000)
        let writing = Task(executorPreference: .blocking) { [end = ends[1]] in
            let stream = try ArchiveStream(to: FileDescriptor(owning: end))
            try stream.append(ArchiveMember(path: "m", content: .bytes(bytes), mode: 0o644, modified: 0))
            return try stream.finish()
        }
        let read = try await Task {
            var count: Int64 = 0
            while let piece = try reader.read(upToCount: 10_000), !piece.isEmpty { count += Int64(piece.count) }
            return count
        }.value
        #expect(try await writing.value == read)
    }

    /// A reader that has stopped reading does not hold a cancelled task.
    @Test func cancellationEndsTheWaitForAReader() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        let writing = Task(executorPreference: .blocking) { [end = ends[1]] in
            let stream = try ArchiveStream(to: FileDescriptor(owning: end))
            let bytes = [UInt8](repeating: 5, count: 10_000_000)
            try stream.append(ArchiveMember(path: "m", content: .bytes(bytes), mode: 0o644, modified: 0))
        }
        _ = try reader.read(upToCount: 512)
        writing.cancel()
        await #expect(throws: CancellationError.self) { try await writing.value }
    }

    /// Pieces of many blobs, written in any order by many tasks, are the archive that is written from front to back.
    @Test func anyOrderIsTheSameArchive() async throws {
        let blobs = (0..<9).map { number in (0..<(number * 7001)).map { UInt8(truncatingIfNeeded: $0 &* (number + 3)) }
        }
        let members = try blobs.map { bytes in
            let digest = try Digester.digest(of: bytes)
            return ArchiveMember(
                path: "blobs/\(digest.hex)",
                content: .blob(Descriptor(mediaType: "x", digest: digest, size: Int64(bytes.count))), mode: 0o444,
                modified: 0)
        }
        let folder = try ScratchFolder()
        let straight = try ArchiveFile.create(at: folder.path("straight"))
        let stream = try ArchiveStream(to: straight)
        for (member, bytes) in zip(members, blobs) {
            try stream.begin(member, size: Int64(bytes.count))
            try bytes.withUnsafeBytes { try stream.write($0) }
            try stream.end()
        }
        _ = try stream.finish()
        try straight.commit(replacing: false)

        let scattered = try ArchiveFile.create(at: folder.path("scattered"))
        let plan = try #require(try ArchivePlan(members))
        try scattered.write(plan)
        let pieces = zip(plan.entries, blobs).flatMap { entry, bytes in
            stride(from: 0, to: bytes.count, by: 1000).map { start in
                (
                    offset: entry.contentOffset + Int64(start),
                    bytes: Array(bytes[start..<min(bytes.count, start + 1000)])
                )
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for piece in pieces.shuffled() {
                group.addTask(executorPreference: .blocking) { try scattered.write(piece.bytes, at: piece.offset) }
            }
            try await group.waitForAll()
        }
        try scattered.commit(replacing: false)
        #expect(try folder.bytes("scattered") == folder.bytes("straight"))
    }
}
