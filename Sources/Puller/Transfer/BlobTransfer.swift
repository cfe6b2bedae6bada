internal import Synchronization

/// A file in which the bytes of a blob stand; `offset` counts from the blob's beginning. Its calls block.
protocol BlobFile: Sendable {
    /// Writes all bytes at a place.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws
    /// Reads what was written there; fewer bytes than `buffer` holds only at the file's end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int
}

/// One blob on its way: what is here of it, and what is still missing. It does not know who brings it: one server may go on
/// where another has stopped, and several connections may bring parts of it at a time.
///
/// No byte that has been counted is ever written again, so what the digest was computed of is what stands in the file: one
/// lock holds the question whether a byte is missing, its writing, its counting and its hashing together. Bytes are hashed
/// in the blob's order; those that came early are read back from the file.
final class BlobTransfer: Sendable {
    /// Where the bytes go.
    enum Target: Sendable {
        /// One after another.
        case inOrder(BlobSink)
        /// Wherever they belong.
        case anywhere(any BlobFile)
    }

    private struct State: ~Copyable {
        var digester: Digester
        var hashed: Int64 = 0
        var have: ByteRanges
        /// Pieces that helpers are bringing; the one who leads leaves them alone.
        var claimed: [Range<Int64>] = []
        var mayBeHelped: Bool
        /// Whether some of it comes from an earlier run, and may have rotted.
        var isFromBefore: Bool
        /// What is not in the record yet.
        var unrecorded = ByteRanges()
        var waiting: AsyncStream<Void>.Continuation?
        /// How often all of it was thrown away.
        var attempt = 0
        var isVerified = false
        /// Those who read along and have read all that was there.
        var readers: [Reader] = []
    }

    private struct Reader {
        let known: Standing
        let wake: AsyncStream<Void>.Continuation
    }

    /// What it must become.
    let blob: Descriptor
    /// What bounds it together with the others.
    let link: Link
    /// How many bytes an earlier run has left.
    let kept: Int64
    private let target: Target
    private let record: BlobRecord?
    private let progress: @Sendable (_ received: Int64) -> Void
    private let state: Mutex<State>

    /// Begins a transfer.
    ///
    /// - Parameters:
    ///   - kept: what an earlier run has left at its place in the file.
    ///   - record: is told what has come, for a later run.
    ///   - progress: is told how many bytes are here, every time that there are more.
    /// - Throws: `.unsupported` when the digest cannot be computed.
    init(
        _ blob: Descriptor, into target: Target, over link: Link, kept: ByteRanges = ByteRanges(),
        record: BlobRecord? = nil, progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) throws(PullError.Cause) {
        (self.blob, self.target, self.link, self.record, self.progress) = (blob, target, link, record, progress)
        self.kept = kept.count
        let isLarge = blob.size >= Self.leastForHelp
        let mayBeHelped = if case .anywhere = target { isLarge && link.lanes.count > 1 } else { false }
        state = Mutex(
            State(
                digester: try Digester.start(blob.digest.algorithm), have: kept, mayBeHelped: mayBeHelped,
                isFromBefore: kept.count > 0))
    }

    /// How many bytes are here.
    var received: Int64 { state.withLock { $0.have.count } }

    /// Whether no byte is missing; they may still be wrong.
    var isWhole: Bool { state.withLock { $0.have.count == blob.size } }

    /// Takes in bytes from this place on; those that are here already are passed over.
    ///
    /// - Throws: `.sizeMismatch` when they go beyond the blob's end, and none of them is then counted; what the target throws.
    func take(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        let (end, overflow) = offset.addingReportingOverflow(Int64(bytes.count))
        guard offset >= 0, !overflow, end <= blob.size else {
            throw PullError.Cause.sizeMismatch(expected: blob.size, actual: overflow ? .max : end)
        }
        let received: Int64? = try state.withLock { state in
            let before = state.have.count
            for part in state.have.missing(in: offset..<end) {
                let piece = UnsafeRawBufferPointer(
                    rebasing: bytes[Int(part.lowerBound - offset)..<Int(part.upperBound - offset)])
                try put(piece, part, &state)
            }
            if state.unrecorded.count >= Self.recordedStep { keepRecord(&state) }
            wakeReaders(&state)
            return state.have.count > before ? state.have.count : nil
        }
        if let received { progress(received) }
    }

    private func put(_ piece: UnsafeRawBufferPointer, _ part: Range<Int64>, _ state: inout State) throws {
        switch target {
        case .inOrder(let sink):
            guard part.lowerBound == state.hashed else {
                throw PullError.Cause.malformed("bytes out of order")
            }
            try sink(piece, part.lowerBound)
        case .anywhere(let file): try file.write(piece, at: part.lowerBound)
        }
        state.have.insert(part)
        if record != nil { state.unrecorded.insert(part) }
        if part.lowerBound == state.hashed {
            state.digester.update(piece)
            state.hashed = part.upperBound
        }
        try hashBehind(&state, atMost: Self.hashedStep)
    }

    /// Hashes what came early and has its turn now.
    private func hashBehind(_ state: inout State, atMost limit: Int64) throws {
        guard case .anywhere(let file) = target else { return }
        let end = min(state.have.end(from: state.hashed), state.hashed + limit)
        guard end > state.hashed else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
        defer { buffer.deallocate() }
        while state.hashed < end {
            let step = Int(min(Int64(buffer.count), end - state.hashed))
            let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<step]), at: state.hashed)
            // Somebody else has cut the file.
            guard count == step else { throw PullError.Cause.sizeMismatch(expected: end, actual: state.hashed) }
            state.digester.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            state.hashed += Int64(count)
        }
    }

    /// Says that all bytes are here. It blocks while it hashes what came early.
    ///
    /// - Throws: `.sizeMismatch` when they are not, `.digestMismatch`, `.disk`; `CancellationError`.
    func finish() throws {
        while try state.withLock({ state in
            try hashBehind(&state, atMost: Self.hashedStep)
            wakeReaders(&state)
            return state.hashed < state.have.end(from: state.hashed)
        }) {
            try Task.checkCancellation()
        }
        let actual = try state.withLock { state in
            guard state.hashed == blob.size else {
                throw PullError.Cause.sizeMismatch(expected: blob.size, actual: state.have.count)
            }
            keepRecord(&state)
            return try state.digester.finalize()
        }
        guard actual == blob.digest else {
            throw PullError.Cause.digestMismatch(expected: blob.digest, actual: actual)
        }
        state.withLock { state in
            state.isVerified = true
            wakeReaders(&state)
        }
    }

    /// Throws all of it away where a part comes from an earlier run: that may have rotted, and is no server's fault.
    ///
    /// - Returns: whether there is now everything to be fetched anew.
    /// - Throws: `.unsupported` when the digest cannot be computed.
    func startOverWithoutKept() throws(PullError.Cause) -> Bool {
        let digester = try Digester.start(blob.digest.algorithm)
        return replace(with: digester) { $0.isFromBefore }
    }

    /// Throws all of it away, for somebody else to bring anew.
    ///
    /// - Returns: false where bytes are gone to where nothing can be taken back.
    /// - Throws: `.unsupported` when the digest cannot be computed.
    func startOver() throws(PullError.Cause) -> Bool {
        let digester = try Digester.start(blob.digest.algorithm)
        return replace(with: digester) { state in
            if case .inOrder = target { state.hashed == 0 } else { true }
        }
    }

    private func replace(with digester: consuming Digester, where mayReplace: (borrowing State) -> Bool) -> Bool {
        var fresh: Digester? = consume digester
        return state.withLock { state in
            guard mayReplace(state), let digester = fresh.take() else { return false }
            record?.forget()
            state.digester = digester
            (state.hashed, state.have, state.unrecorded, state.isFromBefore) = (0, ByteRanges(), ByteRanges(), false)
            state.attempt += 1
            wakeReaders(&state)
            return true
        }
    }

    /// Nothing of what has come may be kept: it is not what its digest says.
    func disown() { record?.forget() }

    /// Writes down what has come since the last time.
    func keepRecord() { state.withLock { keepRecord(&$0) } }

    private func keepRecord(_ state: inout State) {
        guard let record, state.unrecorded.count > 0 else { return }
        record.add(state.unrecorded)
        state.unrecorded = ByteRanges()
    }

    /// A blob of fewer bytes is not worth a second connection.
    static let leastForHelp: Int64 = 8 << 20
    /// So many bytes may be lost when the process is killed.
    static let recordedStep: Int64 = 1 << 20
    /// So much is read back at a time, while the others wait for the lock.
    private static let hashedStep: Int64 = 1 << 20
}

// MARK: Who brings what

extension BlobTransfer {
    /// The first part that is missing and that no helper has undertaken to bring; nil when all is here or on its way.
    func nextGap() -> Range<Int64>? { state.withLock { openGaps($0).first } }

    /// Whether the byte at this place is here already.
    func has(_ place: Int64) -> Bool { state.withLock { $0.have.end(from: place) > place } }

    /// Whether all of this part is here already.
    func has(_ part: Range<Int64>) -> Bool { state.withLock { $0.have.end(from: part.lowerBound) >= part.upperBound } }

    /// A piece for a helper, far behind what the one who leads is bringing; nil when there is none worth a request.
    func claim() -> Range<Int64>? {
        state.withLock { state in
            guard state.mayBeHelped else { return nil }
            guard let gap = openGaps(state).max(by: { $0.length < $1.length }), gap.length >= 2 * Self.leastPiece else {
                return nil
            }
            // Pieces become smaller towards the end, so that all connections end at about the same time.
            let share = gap.length / Int64(2 * link.lanes.count)
            let size = min(max(share, Self.leastPiece), Self.largestPiece)
            let piece = gap.upperBound - size..<gap.upperBound
            state.claimed.append(piece)
            return piece
        }
    }

    /// Undertakes to bring this part, if nobody else does.
    func claim(_ part: Range<Int64>) -> Bool {
        state.withLock { state in
            guard openGaps(state).contains(where: { $0.contains(part) }) else { return false }
            state.claimed.append(part)
            return true
        }
    }

    /// The helper brings no more of this piece.
    func release(_ piece: Range<Int64>) {
        let waiting = state.withLock { state -> AsyncStream<Void>.Continuation? in
            if let index = state.claimed.firstIndex(of: piece) { state.claimed.remove(at: index) }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.finish()
    }

    /// No more helpers: the server does not want them, or does not honour Range.
    func declineHelp() { state.withLock { $0.mayBeHelped = false } }

    /// Whether helpers may come.
    var mayBeHelped: Bool { state.withLock { $0.mayBeHelped } }

    /// Waits until a helper has ended, where one is at work.
    func aHelperEnds() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let isAlone = state.withLock { state in
            if !state.claimed.isEmpty { state.waiting = continuation }
            return state.claimed.isEmpty
        }
        guard !isAlone else { return }
        for await _ in stream {}
    }

    private func openGaps(_ state: borrowing State) -> [Range<Int64>] {
        var taken = state.have
        for piece in state.claimed { taken.insert(piece) }
        return taken.missing(in: 0..<blob.size)
    }

    private static let largestPiece: Int64 = 32 << 20
    /// Less is brought in less time than it takes to ask for it, on lines where that matters.
    private static let leastPiece: Int64 = 1 << 20
}

// MARK: Reading along

extension BlobTransfer {
    /// How much of the blob one may read who does not wait for its end.
    struct Standing: Hashable, Sendable {
        /// Changes when all that was there is thrown away: what was read of it is worth nothing then.
        var attempt = 0
        /// So many bytes stand in the file from its beginning on, and have been hashed.
        var end: Int64 = 0
        /// Whether they are the whole blob, and what its digest says. Before that they are anybody's.
        var isVerified = false
    }

    /// Waits until markedly more can be read than is known, or all of it, or until all has to be read anew.
    ///
    /// - Throws: `CancellationError`.
    func standing(after known: Standing) async throws -> Standing {
        while true {
            let (stream, wake) = AsyncStream.makeStream(of: Void.self)
            let standing = state.withLock { state in
                let standing = Self.standing(state)
                if !standing.isNews(to: known) { state.readers.append(Reader(known: known, wake: wake)) }
                return standing
            }
            if standing.isNews(to: known) { return standing }
            for await _ in stream {}
            try Task.checkCancellation()
        }
    }

    /// Reads what stands in the file. It blocks.
    ///
    /// - Returns: how many bytes; fewer than `buffer` holds only where somebody else has cut the file.
    /// - Throws: what the target throws; `.unsupported` where nothing can be read back.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        guard case .anywhere(let file) = target else { throw PullError.Cause.unsupported("reading from a pipe") }
        return try file.read(into: buffer, at: offset)
    }

    private static func standing(_ state: borrowing State) -> Standing {
        Standing(attempt: state.attempt, end: state.hashed, isVerified: state.isVerified)
    }

    private func wakeReaders(_ state: inout State) {
        guard !state.readers.isEmpty else { return }
        let standing = Self.standing(state)
        state.readers.removeAll { reader in
            guard standing.isNews(to: reader.known) else { return false }
            reader.wake.finish()
            return true
        }
    }
}

extension BlobTransfer.Standing {
    /// Whether it is worth waking somebody for.
    fileprivate func isNews(to known: Self) -> Bool {
        attempt != known.attempt || isVerified != known.isVerified || end >= known.end + Int64(ByteBlock.usualSize)
    }
}
