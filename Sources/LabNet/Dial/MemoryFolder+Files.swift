internal import Glibc

/// The files in a folder that belongs to this user alone, for whoever keeps something else there than the memory. All
/// calls block.
extension MemoryFolder {
    /// Opens a file that is this user's alone, not through a symlink; it is closed on exec.
    ///
    /// - Parameter creating: whether an empty one is made (0600); it must not be there yet.
    /// - Returns: a descriptor for reading and for appending, which the caller has to close.
    /// - Throws: `MemoryFailure`.
    package borrowing func openFile(_ name: String, creating: Bool) throws(MemoryFailure) -> Int32 {
        let made = creating ? O_CREAT | O_EXCL : 0
        let flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | made
        let file = Descriptor(owning: try retried { openat(descriptor.number, name, flags, 0o600) })
        _ = try Self.checked(file.number, kind: S_IFREG)
        return file.release()
    }

    /// The names of all that is in it, without `.` and `..`.
    ///
    /// - Throws: `MemoryFailure`.
    package borrowing func names() throws(MemoryFailure) -> [String] {
        // fdopendir takes its descriptor over, and moves its position.
        let copy = try retried { openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = fdopendir(copy) else {
            let failure = MemoryFailure(errno: errno)
            close(copy)
            throw failure
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { bytes in
                bytes.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Gives a file another name, in the place of whatever has it.
    ///
    /// - Throws: `MemoryFailure`.
    package borrowing func rename(_ name: String, to other: String) throws(MemoryFailure) {
        _ = try retried { renameat(descriptor.number, name, descriptor.number, other) }
    }

    /// Removes a file, where there is one.
    package borrowing func remove(_ name: String) { unlinkat(descriptor.number, name, 0) }
}
