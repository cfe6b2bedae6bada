internal import CAres
internal import Glibc

/// The memory's folder cannot be used, or could not be written.
public struct MemoryFailure: Error, Hashable, Sendable {
    /// The errno; ELOOP or ENOTDIR where a symlink stands in its place, EPERM where it belongs to somebody else or others
    /// may write to it.
    public var errno: Int32

    /// Names the errno.
    public init(errno: Int32) { self.errno = errno }
}

/// A folder that belongs to this user alone, open. Nothing in it is reached through a symlink. All its calls block.
package struct MemoryFolder: ~Copyable {
    let descriptor: Descriptor

    /// What changes when a file is replaced.
    struct Stamp: Hashable, Sendable {
        private let inode: ino_t
        private let seconds: Int
        private let nanoseconds: Int

        fileprivate init(_ status: stat) {
            (inode, seconds, nanoseconds) = (status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    private init(descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens a folder; the path to it may lead through symlinks, the folder itself may be none.
    ///
    /// - Parameter creating: whether it is made where it is missing, and its parent too (XDG Base Directory, 0700).
    /// - Throws: `MemoryFailure`.
    package static func open(_ path: String, creating: Bool) throws(MemoryFailure) -> MemoryFolder {
        let path = path.last == "/" ? String(path.dropLast()) : path
        guard let slash = path.lastIndex(of: "/"), path.index(after: slash) < path.endIndex else {
            throw MemoryFailure(errno: EINVAL)
        }
        let (parent, name) = (Self.parent(of: path[..<slash]), String(path[path.index(after: slash)...]))
        if creating { make(parent) }
        let outer = Descriptor(owning: try retried { Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        if creating, isOurPlace(parent) { mkdirat(outer.number, name, 0o700) }
        let inner = Descriptor(
            owning: try retried { openat(outer.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) })
        let status = try checked(inner.number, kind: S_IFDIR)
        // One that was made by hand may be open to readers.
        if creating, status.st_mode & 0o077 != 0 { _ = try retried { fchmod(inner.number, 0o700) } }
        return MemoryFolder(descriptor: inner)
    }

    /// Makes the folder that holds the memory's, one level deep: a home that does not exist is not made.
    private static func make(_ parent: String) {
        guard let slash = parent.lastIndex(of: "/"), isOurPlace(Self.parent(of: parent[..<slash])) else { return }
        mkdir(parent, 0o700)
    }

    private static func parent(of path: Substring) -> String { path.isEmpty ? "/" : String(path) }

    /// Under sudo, HOME may be another user's: what root made there, that user could not write to.
    private static func isOurPlace(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && (status.st_uid == geteuid() || status.st_uid == 0)
    }

    /// The status of what is open here, which nobody but this user may be able to change.
    static func checked(_ number: Int32, kind: mode_t) throws(MemoryFailure) -> stat {
        var status = stat()
        _ = try retried { fstat(number, &status) }
        guard status.st_mode & S_IFMT == kind else { throw MemoryFailure(errno: EINVAL) }
        guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else { throw MemoryFailure(errno: EPERM) }
        return status
    }

    /// When the file was last replaced; nil when there is none.
    func stamp(of name: String) -> Stamp? {
        var status = stat()
        guard fstatat(descriptor.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return Stamp(status)
    }

    /// Reads a file whole.
    ///
    /// - Throws: `MemoryFailure`, EFBIG for one that is longer than `limit` bytes.
    func read(_ name: String, upTo limit: Int) throws(MemoryFailure) -> [UInt8] {
        // Without O_NONBLOCK a pipe in the file's place would hold the call for ever.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let file = Descriptor(owning: try retried { openat(descriptor.number, name, flags) })
        let size = try Self.checked(file.number, kind: S_IFREG).st_size
        guard size <= limit else { throw MemoryFailure(errno: EFBIG) }
        // One byte more, to see that it is the end: files here are replaced, and never grow.
        var bytes = [UInt8](repeating: 0, count: Int(size) + 1)
        var filled = 0
        while filled < bytes.count {
            let count = try retried {
                bytes.withUnsafeMutableBytes { all in
                    let rest = UnsafeMutableRawBufferPointer(rebasing: all[filled...])
                    return Glibc.read(file.number, rest.baseAddress, rest.count)
                }
            }
            if count == 0 { return Array(bytes.prefix(filled)) }
            filled += count
        }
        throw MemoryFailure(errno: EFBIG)
    }

    /// Keeps every other process out that takes the same lock, while `body` runs.
    ///
    /// - Throws: `MemoryFailure`, EAGAIN where another holds the lock for over a second; what `body` throws.
    borrowing func locked<Result>(
        by name: String, _ body: (borrowing MemoryFolder) throws(MemoryFailure) -> Result
    ) throws(MemoryFailure) -> Result {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let lock = Descriptor(owning: try retried { openat(descriptor.number, name, flags, 0o600) })
        _ = try Self.checked(lock.number, kind: S_IFREG)
        for _ in 0..<Self.lockAttempts where flock(lock.number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw MemoryFailure(errno: errno) }
            usleep(Self.lockPause)
        }
        _ = try retried { flock(lock.number, LOCK_EX | LOCK_NB) }
        return try body(self)
    }

    /// A process that was stopped with the lock in its hand must not hold up the others: a memory is not worth that.
    private static let lockAttempts = 100
    private static let lockPause: useconds_t = 10_000

    /// Puts a file in the place of the one under this name, or of whatever else stands there: all of it or nothing.
    ///
    /// Only one process at a time may do so, see ``locked(by:_:)``.
    /// - Throws: `MemoryFailure`.
    func replace(_ name: String, with bytes: [UInt8]) throws(MemoryFailure) {
        let draft = name + ".new"
        unlinkat(descriptor.number, draft, 0)
        do throws(MemoryFailure) {
            try write(bytes, to: draft)
            _ = try retried { renameat(descriptor.number, draft, descriptor.number, name) }
        } catch {
            unlinkat(descriptor.number, draft, 0)
            throw error
        }
        // The name, too, has to survive a power cut; where a folder cannot be synced, the file still stands.
        fsync(descriptor.number)
    }

    private func write(_ bytes: [UInt8], to name: String) throws(MemoryFailure) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = Descriptor(owning: try retried { openat(descriptor.number, name, flags, 0o600) })
        var rest = bytes[...]
        while !rest.isEmpty {
            rest = rest.dropFirst(
                try retried { rest.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) } })
        }
        _ = try retried { fsync(file.number) }
    }
}

/// Makes a system call until no signal interrupts it.
func retried<Number: SignedInteger>(_ call: () -> Number) throws(MemoryFailure) -> Number {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw MemoryFailure(errno: errno) }
    }
}
