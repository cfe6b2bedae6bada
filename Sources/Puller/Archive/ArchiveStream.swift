internal import LabNet
internal import Synchronization

/// Writes an archive from its beginning to its end, member after member: for standard output, for a daemon, and for archives
/// that are compressed as a whole.
///
/// One task at a time writes; it is a class behind a lock because members arrive in several HTTP exchanges, whose handlers
/// are `@Sendable`. All its calls block.
final class ArchiveStream: Sendable {
    private struct State: ~Copyable {
        var output: ArchiveOutput
        /// How many bytes the open member still lacks; nil between members.
        var missing: Int64?
        var padding = 0
    }

    private let state: Mutex<State>

    /// Begins an archive in a file, which is left to the caller to be committed.
    ///
    /// - Throws: `.unsupported` when the compression cannot be begun.
    init(to file: ArchiveFile, compression: ArchiveRequest.Compression = .none) throws(PullError.Cause) {
        state = Mutex(State(output: try ArchiveOutput(to: .file(file), compression: compression)))
    }

    /// Begins an archive in a pipe, a terminal, or whatever else takes bytes in order.
    ///
    /// - Throws: `.unsupported` when the compression cannot be begun.
    init(to pipe: consuming FileDescriptor, compression: ArchiveRequest.Compression = .none) throws(PullError.Cause) {
        state = Mutex(State(output: try ArchiveOutput(to: .pipe(pipe), compression: compression)))
    }

    /// Begins an archive in the body of a request, which is left to the caller to be ended. Writing throws
    /// `HTTPSendingEnded` when whoever is asked wants no more of it.
    ///
    /// - Throws: `.unsupported` when the compression cannot be begun.
    init(
        to body: any HTTPBodyWriting, compression: ArchiveRequest.Compression = .none
    ) throws(PullError.Cause) {
        state = Mutex(State(output: try ArchiveOutput(to: .request(body), compression: compression)))
    }

    /// Writes a member whose content is known: a folder, a link, or bytes in memory.
    ///
    /// - Throws: `.disk`, `.outputClosed`; `CancellationError`.
    func append(_ member: ArchiveMember) throws {
        guard case .bytes(let bytes) = member.content else {
            try begin(member, size: 0)
            return try end()
        }
        try begin(member, size: Int64(bytes.count))
        try bytes.withUnsafeBytes { try write($0) }
        try end()
    }

    /// Begins a member, whose bytes follow.
    ///
    /// - Parameter size: The count of its bytes.
    /// - Throws: `.disk`, `.outputClosed`; `.sizeMismatch` when the member before it is not whole.
    func begin(_ member: ArchiveMember, size: Int64) throws {
        try state.withLock { state in
            if let missing = state.missing { throw PullError.Cause.sizeMismatch(expected: missing, actual: 0) }
            try TarHeader.bytes(of: member, size: size).withUnsafeBytes { try state.output.write($0) }
            state.missing = size
            state.padding = TarHeader.padding(after: size)
        }
    }

    /// Writes the next bytes of the open member.
    ///
    /// - Throws: `.sizeMismatch` on more than were announced; `.disk`, `.outputClosed`; `CancellationError`.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            let missing = state.missing ?? 0
            guard bytes.count <= missing else {
                throw PullError.Cause.sizeMismatch(expected: missing, actual: Int64(bytes.count))
            }
            try state.output.write(bytes)
            state.missing = missing - Int64(bytes.count)
        }
    }

    /// Ends the open member.
    ///
    /// - Throws: `.sizeMismatch` on fewer bytes than were announced; `.disk`, `.outputClosed`; `CancellationError`.
    func end() throws {
        try state.withLock { state in
            if let missing = state.missing, missing > 0 {
                throw PullError.Cause.sizeMismatch(expected: missing, actual: 0)
            }
            try state.output.writeZeros(state.padding)
            state.missing = nil
        }
    }

    /// Ends the archive; to be called once.
    ///
    /// - Returns: The count of the bytes that have been written to the file or pipe.
    /// - Throws: `.sizeMismatch` when a member is not whole; `.disk`, `.outputClosed`; `CancellationError`.
    func finish() throws -> Int64 {
        try state.withLock { state in
            if let missing = state.missing { throw PullError.Cause.sizeMismatch(expected: missing, actual: 0) }
            try state.output.writeZeros(TarHeader.end.count)
            return try state.output.finish()
        }
    }
}

extension SpoolFile {
    /// Hands on what the blob inflates to, piece by piece.
    ///
    /// - Throws: as `Inflater` and ``forEachPiece(_:)`` do, and what `body` throws.
    func inflate(into body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var inflater = Inflater()
        try forEachPiece { try inflater.push($0, into: body) }
        try inflater.finish(into: body)
    }
}
