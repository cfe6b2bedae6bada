internal import CLinux

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// An open file that belongs to one owner and is closed with it. All its calls block.
struct FileDescriptor: ~Copyable {
    /// The number that the kernel knows the file by; valid as long as this value.
    let number: Int32

    /// Takes over an open descriptor.
    init(owning number: Int32) { self.number = number }

    deinit { _ = close(number) }

    /// Opens a file; it is closed on exec.
    ///
    /// - Throws: `.disk` with the errno of open(2).
    static func open(
        _ path: String, _ flags: Int32, mode: mode_t = 0
    ) throws(PullError.Cause) -> FileDescriptor {
        let number = try retrying { Int(openFile(path, flags | O_CLOEXEC, mode)) }
        return FileDescriptor(owning: Int32(number))
    }

    /// Writes all bytes at a place in the file; any number of callers may do so at a time.
    ///
    /// - Throws: `.disk` with the errno of pwrite(2).
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(PullError.Cause) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            written += try retrying { pwrite(number, rest.baseAddress, rest.count, off_t(offset) + off_t(written)) }
        }
    }

    /// Writes all bytes at the file's own position: for pipes and terminals, which may be full for as long as their reader
    /// likes; cancelling the task ends the wait.
    ///
    /// - Throws: `.outputClosed` when nobody reads the pipe any more, `.disk` with another errno of write(2);
    ///   `CancellationError`.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        let step = try isRegular() ? bytes.count : Self.pipeRoom
        var written = 0
        while written < bytes.count {
            try Task.checkCancellation()
            var wish = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
            // The time is how late a cancellation may be seen.
            guard try retrying({ Int(poll(&wish, 1, 100)) }) > 0 else { continue }
            let piece = UnsafeRawBufferPointer(rebasing: bytes[written...].prefix(step))
            let count = writeFile(number, piece.baseAddress, piece.count)
            if count >= 0 {
                written += count
            } else if errno != EINTR, errno != EAGAIN {
                // EAGAIN: another process writes to the same pipe, and was faster.
                throw PullError.Cause.disk(errno: errno)
            }
        }
    }

    /// What poll(2) promises when a pipe is ready: room for so many bytes (PIPE_BUF). A longer write might wait for ever.
    private static let pipeRoom = 4096

    private func isRegular() throws(PullError.Cause) -> Bool {
        var status = stat()
        _ = try retrying { Int(fstat(number, &status)) }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// Reads bytes at a place in the file.
    ///
    /// - Returns: How many have been read; fewer than `buffer` holds only at the file's end.
    /// - Throws: `.disk` with the errno of pread(2).
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(PullError.Cause) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = try retrying { pread(number, rest.baseAddress, rest.count, off_t(offset) + off_t(filled)) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Cuts or extends the file; what is added reads as zeros.
    ///
    /// - Throws: `.disk` with the errno of ftruncate(2).
    func resize(to size: Int64) throws(PullError.Cause) {
        _ = try retrying { Int(ftruncate(number, off_t(size))) }
    }

    /// Has the disk begin with what was written, and does not wait for it: an advice, which may be without effect.
    func beginSynchronizing() { linux_begin_writing(number) }

    /// Brings all that was written to the disk.
    ///
    /// - Throws: `.disk` with the errno of fsync(2), where a full disk may first be known.
    func synchronize() throws(PullError.Cause) {
        _ = try retrying { Int(fsync(number)) }
    }
}

/// Makes a system call until no signal interrupts it; the one place where errno becomes an error.
func retrying(_ call: () -> Int) throws(PullError.Cause) -> Int {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw .disk(errno: errno) }
    }
}

// Inside the type, `open` and `write` mean its own functions.
private func openFile(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }
private func writeFile(_ number: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(number, bytes, count) }
