import Foundation
import Testing

@testable import Puller

@Suite struct ArchiveFileTests {
    @Test func appearsOnlyWhenCommitted() throws {
        let folder = try ScratchFolder()
        let file = try ArchiveFile.create(at: folder.path("image.tar"))
        try file.write([1, 2, 3], at: 0)
        let names = try folder.names()
        #expect(names.count == 1 && names.allSatisfy { $0.hasPrefix(".image.tar.") && $0.hasSuffix(".partial") })
        try file.commit(replacing: false)
        #expect(try folder.names() == ["image.tar"])
        #expect(try folder.bytes("image.tar") == [1, 2, 3])
        file.discard()
        #expect(try folder.names() == ["image.tar"])
    }

    @Test func isGoneWithItsOwner() throws {
        let folder = try ScratchFolder()
        do {
            let file = try ArchiveFile.create(at: folder.path("image.tar"))
            try file.write([1], at: 10)
        }
        #expect(try folder.names() == [])
    }

    @Test func replacesOnlyWhenAllowed() throws {
        let folder = try ScratchFolder()
        try Data([9]).write(to: URL(filePath: folder.path("image.tar")))
        let file = try ArchiveFile.create(at: folder.path("image.tar"))
        #expect(throws: PullError.Cause.exists) { try file.commit(replacing: false) }
        #expect(try folder.bytes("image.tar") == [9])
        try file.commit(replacing: true)
        #expect(try folder.bytes("image.tar") == [])
        #expect(try folder.names() == ["image.tar"])
    }

    /// Many that finish at once under one name: one of them has it, whole, and the others are told.
    @Test func oneWinsTheRaceForAName() async throws {
        let folder = try ScratchFolder()
        let files = try (0..<16).map { number in
            let file = try ArchiveFile.create(at: folder.path("image.tar"))
            try file.write(Array(repeating: UInt8(number), count: 1000), at: 0)
            return file
        }
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for file in files {
                group.addTask(executorPreference: .blocking) {
                    do {
                        try file.commit(replacing: false)
                        return true
                    } catch PullError.Cause.exists {
                        return false
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
        #expect(try Set(folder.bytes("image.tar")).count == 1)
        for file in files { file.discard() }
        #expect(try folder.names() == ["image.tar"])
    }

    @Test func namesTheErrno() throws {
        let folder = try ScratchFolder()
        #expect(throws: PullError.Cause.disk(errno: ENOENT)) {
            _ = try ArchiveFile.create(at: folder.path("no/such/image.tar"))
        }
        try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: false)
        let file = try ArchiveFile.create(at: folder.path("folder"))
        #expect(throws: PullError.Cause.disk(errno: EISDIR)) { try file.commit(replacing: true) }
        #expect(throws: PullError.Cause.exists) { try file.commit(replacing: false) }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
    func aFullDisk() throws {
        let full = try FileDescriptor.open("/dev/full", O_WRONLY)
        #expect(throws: PullError.Cause.disk(errno: ENOSPC)) {
            try [UInt8](repeating: 0, count: 10).withUnsafeBytes { try full.append($0) }
        }
    }

    @Test(arguments: [
        ("image.tar", "."), ("/image.tar", "/"), ("a/image.tar", "a"), ("/a/b/image.tar", "/a/b"),
    ])
    func partialNamesStandBesideTheName(path: String, folder: String) {
        #expect(PartialName.folder(of: path) == folder)
        let one = PartialName.beside(path)
        #expect(one.hasPrefix("\(folder)/.image.tar."))
        #expect(one != PartialName.beside(path))
    }

    /// The longest name that a file system takes, in bytes that are no ASCII.
    @Test func theLongestName() throws {
        let folder = try ScratchFolder()
        let name = String(repeating: "é", count: 127)
        let file = try ArchiveFile.create(at: folder.path(name))
        try file.commit(replacing: false)
        #expect(try folder.names() == [name])
    }

    @Test func aSpoolIsAPartOfAFileWithoutAName() throws {
        let folder = try ScratchFolder()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = try ArchiveFile.create(at: folder.path("image.tar"), for: .spool)
        file.discard()
        #expect(try folder.names() == [])
        try file.write(Array(bytes[500_000...]), at: 500_000)
        try file.write(Array(bytes[..<500_000]), at: 0)
        for part in [0..<1_000_000, 300_000..<900_000, 7..<8] {
            var read: [UInt8] = []
            try SpoolFile(in: file, at: Int64(part.lowerBound), size: Int64(part.count)).forEachPiece {
                read.append(contentsOf: $0)
            }
            #expect(read == Array(bytes[part]))
        }
    }
}
