internal import Glibc
internal import NIOPosix

/// A file that this user alone may read, and that stands under its name only when it is whole.
struct ReportFile: Sendable {
    /// Its path.
    let path: String

    /// A file could not be written.
    struct Unwritable: Error, Hashable {
        /// Where.
        var path: String
        /// Why.
        var errno: Int32
    }

    /// Writes all of it, in place of what stood there; nothing is left of a file that cannot be finished.
    ///
    /// - Throws: `Unwritable`, `CancellationError`.
    func write(_ text: String) async throws {
        try Task.checkCancellation()
        let outcome = await withCheckedContinuation { continuation in
            NIOThreadPool.singleton.submit { _ in continuation.resume(returning: replace(with: Array(text.utf8))) }
        }
        if let errno = outcome { throw Unwritable(path: path, errno: errno) }
    }

    /// A device or a pipe is written into, for nothing can take its place. A link to anything else is replaced and not followed.
    ///
    /// - Returns: the errno of what failed.
    private func replace(with bytes: [UInt8]) -> Int32? {
        var kind = stat()
        if stat(path, &kind) == 0, kind.st_mode & S_IFMT != S_IFREG, kind.st_mode & S_IFMT != S_IFDIR {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return errno }
            let failure = Self.writeAll(bytes, to: descriptor)
            return close(descriptor) == 0 || failure != nil ? failure : errno
        }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        let hidden = "\(folder).\(name.prefix(50)).\(random).partial"
        let descriptor = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return errno }
        var failure = Self.writeAll(bytes, to: descriptor)
        if failure == nil, fsync(descriptor) != 0 { failure = errno }
        if close(descriptor) != 0, failure == nil { failure = errno }
        if failure == nil, rename(hidden, path) != 0 { failure = errno }
        if failure != nil { unlink(hidden) }
        return failure
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}
