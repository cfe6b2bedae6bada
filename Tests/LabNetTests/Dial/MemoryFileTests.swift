import Foundation
import Glibc
import Testing

@testable import LabNet

/// The memory's file and folder on a real disk, with whatever may stand in their places.
@Suite struct MemoryFileTests {
    private static let now = RouteMemoryTests.start
    private let scratch: ScratchFolder
    private let folder: String
    private var routes: String { folder + "/routes" }
    private let file: MemoryFile

    init() throws {
        scratch = try ScratchFolder()
        folder = scratch.path + "/cache/docker-tar-lab"
        file = MemoryFile(folder: folder)
    }

    /// Learns one success and one penalty, and writes them.
    @discardableResult private func learn(_ number: UInt32 = 1, at time: Duration = now) throws -> MemoryFile.Kept {
        try file.update(now: time) { memory in
            let (route, burnt) = (RouteMemoryTests.route(number), RouteMemoryTests.route(number + 100))
            _ = memory.worked(.omit, for: RouteMemoryTests.host, on: route, proof: .whole, now: time)
            let failure = NetworkError(
                step: .secure, host: "a.example", endpoint: burnt.endpoint, strategy: .plain, cause: .resetAfterHello)
            memory.burn(burnt, after: failure, now: time)
        }
    }

    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status.st_mode & 0o7777
    }

    private func errno(_ body: () throws -> some Any) -> Int32? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? MemoryFailure)?.errno
        }
    }

    @Test func isMadeForThisUserAlone() throws {
        let written = try learn()
        #expect(try mode(scratch.path + "/cache") == 0o700)
        #expect(try mode(folder) == 0o700)
        #expect(try mode(routes) == 0o600)
        #expect(try mode(folder + "/lock") == 0o600)
        let kept = try #require(try file.read())
        #expect(kept.memory == written.memory)
        #expect(kept.memory.successes.count == 1)
        #expect(kept.memory.penalties.count == 1)
        #expect(try file.read(unless: kept.stamp) == nil)
        try learn(2)
        #expect(try file.read(unless: kept.stamp)?.memory.successes.count == 2)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == ["lock", "routes"])
    }

    @Test func folderThatOthersCanReadIsClosed() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try #require(chmod(folder, 0o755) == 0)
        try learn()
        #expect(try mode(folder) == 0o700)
    }

    @Test(arguments: [0o777, 0o770, 0o702] as [mode_t]) func folderThatOthersCanWriteToIsLeftAlone(_ mode: mode_t)
        throws
    {
        try learn()
        try #require(chmod(folder, mode) == 0)
        #expect(errno { try file.read() } == EPERM)
        #expect(errno { try learn() } == EPERM)
        #expect(try self.mode(folder) == mode)
    }

    @Test(arguments: [0o666, 0o620, 0o602] as [mode_t]) func fileThatOthersCanWriteToIsNotBelieved(_ mode: mode_t)
        throws
    {
        try learn()
        try #require(chmod(routes, mode) == 0)
        #expect(errno { try file.read() } == EPERM)
        let written = try learn(2)
        #expect(written.memory.successes.count == 1)
        #expect(try self.mode(routes) == 0o600)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away")) func whatIsAnotherUsersIsLeftAlone() throws {
        try learn()
        try #require(chown(routes, 65534, 65534) == 0)
        #expect(errno { try file.read() } == EPERM)
        try #require(chown(folder, 65534, 65534) == 0)
        #expect(errno { try learn() } == EPERM)
        // Nothing of root's is made in another user's home.
        let home = scratch.path + "/home"
        try #require(mkdir(home, 0o700) == 0 && chown(home, 65534, 65534) == 0)
        for path in [home + "/docker-tar-lab", home + "/.cache/docker-tar-lab"] {
            #expect(errno { try MemoryFile(folder: path).update(now: Self.now) { _ in } } == ENOENT)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: home).isEmpty)
    }

    @Test func symlinkInTheFoldersPlaceIsNotFollowed() throws {
        let elsewhere = scratch.path + "/elsewhere"
        try #require(mkdir(elsewhere, 0o700) == 0 && mkdir(scratch.path + "/cache", 0o700) == 0)
        try #require(symlink(elsewhere, folder) == 0)
        for path in [folder, folder + "/"] {
            let file = MemoryFile(folder: path)
            #expect([ELOOP, ENOTDIR].contains(errno { try file.update(now: Self.now) { _ in } }))
            #expect([ELOOP, ENOTDIR].contains(errno { try file.read() }))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere).isEmpty)
    }

    @Test func symlinkInTheFilesPlaceIsReplacedAndNotFollowed() throws {
        try learn()
        let elsewhere = scratch.path + "/elsewhere"
        try #require(rename(routes, elsewhere) == 0 && symlink(elsewhere, routes) == 0)
        let before = try Data(contentsOf: URL(filePath: elsewhere))
        #expect(errno { try file.read() } == ELOOP)
        let written = try learn(2)
        #expect(written.memory.successes.count == 1)
        #expect(try Data(contentsOf: URL(filePath: elsewhere)) == before)
        #expect(try file.read()?.memory == written.memory)
    }

    @Test(arguments: ["lock", "routes.new"]) func symlinkBesideItIsNotFollowed(_ name: String) throws {
        try learn()
        let elsewhere = scratch.path + "/elsewhere"
        unlink("\(folder)/\(name)")
        try #require(symlink(elsewhere, "\(folder)/\(name)") == 0)
        let failure = errno { try learn(2) }
        #expect(failure == (name == "lock" ? ELOOP : nil))
        #expect(!FileManager.default.fileExists(atPath: elsewhere))
        #expect(try file.read()?.memory.successes.count == (name == "lock" ? 1 : 2))
    }

    @Test func pipeOrFolderInTheFilesPlaceHoldsNothingUp() throws {
        try learn()
        unlink(routes)
        try #require(mkfifo(routes, 0o600) == 0)
        #expect(errno { try file.read() } == EINVAL)
        #expect(try learn(2).memory.successes.count == 1)
        unlink(routes)
        try #require(mkdir(routes, 0o700) == 0)
        #expect(errno { try file.read() } == EINVAL)
        #expect(errno { try learn(3) } == EISDIR)
    }

    @Test func damagedFileIsReplaced() throws {
        for damage in ["", "x", "docker-tar-lab memory 1", "docker-tar-lab memory 1 0\nworked", "{}\n"] {
            try learn()
            try #require(chmod(routes, 0o600) == 0)
            try Data(damage.utf8).write(to: URL(filePath: routes))
            try #require(chmod(routes, 0o600) == 0)
            #expect(try file.read()?.memory == RouteMemory())
            #expect(try learn(2).memory.successes.count == 1)
            #expect(try file.read()?.memory.successes.count == 1)
        }
    }

    @Test func hugeFileIsNotRead() throws {
        try learn()
        try #require(truncate(routes, off_t(MemoryFile.limit) + 1) == 0)
        #expect(errno { try file.read() } == EFBIG)
        #expect(try learn(2).memory.successes.count == 1)
    }

    @Test func pathThatIsNoneIsRefused() throws {
        #expect(
            errno { try MemoryFile(folder: "/nonexistent/.cache/docker-tar-lab").update(now: Self.now) { _ in } }
                == ENOENT)
        #expect(!FileManager.default.fileExists(atPath: "/nonexistent"))
        for path in ["", "/", "docker-tar-lab"] {
            #expect(errno { try MemoryFile(folder: path).update(now: Self.now) { _ in } } == EINVAL)
        }
        #expect(errno { try MemoryFile(folder: "/proc/docker-tar-lab").update(now: Self.now) { _ in } } == ENOENT)
    }

    @Test(.enabled(if: TinyDisk.isPossible, "only root can mount a disk")) func fullDiskLeavesWhatWasThere() throws {
        let disk = try TinyDisk()
        let file = MemoryFile(folder: disk.path + "/docker-tar-lab")
        let before = try file.update(now: Self.now) { memory in
            _ = memory.worked(
                .omit, for: RouteMemoryTests.host, on: RouteMemoryTests.route(1), proof: .whole, now: Self.now)
        }
        let filler = try #require(fopen(disk.path + "/filler", "w"))
        while fputs(String(repeating: "x", count: 4096), filler) >= 0, fflush(filler) == 0 {}
        fclose(filler)
        #expect(errno { try file.update(now: Self.now) { _ in } } == ENOSPC)
        #expect(try file.read()?.memory == before.memory)
        let names = try FileManager.default.contentsOfDirectory(atPath: file.folder).sorted()
        #expect(names == ["lock", "routes"])
    }

    @Test(.enabled(if: TinyDisk.isPossible, "only root can mount a disk")) func readOnlyDiskIsReadAndNotWritten()
        async throws
    {
        let disk = try TinyDisk()
        let file = MemoryFile(folder: disk.path + "/docker-tar-lab")
        let before = try file.update(now: Self.now) { memory in
            _ = memory.worked(
                .omit, for: RouteMemoryTests.host, on: RouteMemoryTests.route(1), proof: .whole, now: Self.now)
        }
        try disk.makeReadOnly()
        #expect(errno { try file.update(now: Self.now) { _ in } } == EROFS)
        await #expect(throws: MemoryFailure(errno: EROFS)) { try await file.forget() }
        #expect(try file.read()?.memory == before.memory)
    }

    @Test func lockOfAnotherIsRespectedAndNotWaitedForForEver() throws {
        try learn()
        // Locks of flock(2) belong to open files: one that was opened apart is as good as another process'.
        let other = Descriptor(owning: open(folder + "/lock", O_RDWR | O_CLOEXEC))
        try #require(flock(other.number, LOCK_EX) == 0)
        #expect(errno { try learn(2) } == EAGAIN)
        #expect(try file.read()?.memory.successes.count == 1)
        try #require(flock(other.number, LOCK_UN) == 0)
        #expect(try learn(2).memory.successes.count == 2)
    }

    @Test func manyAtOnceLoseNothing() async throws {
        let file = file
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<40 as Range<UInt32> {
                group.addTask {
                    await MemoryFile.blocking {
                        _ = try? file.update(now: Self.now) { memory in
                            _ = memory.worked(
                                .omit, for: RouteMemoryTests.host, on: RouteMemoryTests.route(number), proof: .whole,
                                now: Self.now)
                        }
                    }
                }
            }
        }
        #expect(try file.read()?.memory.successes.count == 40)
    }

    @Test func forgettingKeepsPenaltiesThatHaveNotRunOut() async throws {
        let now = DialMemory.timeSince1970()()
        try await file.forget()
        try learn(2, at: now - .seconds(200))
        try learn(1, at: now - .seconds(170))
        try learn(3, at: now - .seconds(20))
        try await file.forget()
        let kept = try #require(try file.read()).memory
        #expect(kept.successes.isEmpty)
        #expect(Set(kept.penalties.keys) == [RouteMemoryTests.route(101), RouteMemoryTests.route(103)])
    }

    @Test(
        arguments: [
            (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/docker-tar-lab"), (["HOME": "/h"], "/h/.cache/docker-tar-lab"),
            (["XDG_CACHE_HOME": "x", "HOME": "/h"], "/h/.cache/docker-tar-lab"),
            (["XDG_CACHE_HOME": "", "HOME": "/h"], "/h/.cache/docker-tar-lab"),
            (["HOME": "h"], nil), (["HOME": ""], nil), ([:], nil),
        ] as [([String: String], String?)])
    func liesWhereCachesLie(_ environment: [String: String], _ folder: String?) {
        #expect(MemoryFile.customaryFolder(in: environment) == folder)
    }
}

/// A disk of two pages.
private final class TinyDisk {
    static let isPossible = (try? TinyDisk()) != nil
    let path: String
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        path = folder.path
        try #require(mount("none", path, "tmpfs", 0, "size=8k,mode=0700") == 0)
    }

    func makeReadOnly() throws {
        try #require(mount("none", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }
}
