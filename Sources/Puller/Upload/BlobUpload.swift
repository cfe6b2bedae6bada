internal import LabNet
internal import NIOCore
internal import Synchronization

/// Brings one blob into a repository, straight from its source and without a copy on disk.
///
/// A blob of moderate size is one request, as every registry knows it. A larger one goes in chunks that are held in
/// memory, so that a connection that breaks costs no more than one of them; and so does one whose first request broke or
/// was too large for somebody in between (413).
struct BlobUpload: Sendable {
    let client: RegistryClient
    let blob: Descriptor
    let source: any BlobSource
    let link: Link
    /// Is told how many bytes have gone.
    let sent: @Sendable (Int64) -> Void
    /// Is told of every failure that is not the end.
    let retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void

    /// What is larger goes in chunks.
    static let wholeLimit: Int64 = 64 << 20
    /// The size of a chunk; one is held in memory for each blob that is being sent.
    static let chunkSize: Int64 = 16 << 20
    /// The least that a chunk is cut down to where larger ones are refused: many servers that pass HTTP on have a limit
    /// of 1 MiB where nobody has set another.
    static let leastChunk: Int64 = 1 << 20

    /// While a blob is sent, a thread of the pool for blocking work waits with it; some must be left for what the sending
    /// itself needs, or everything would wait for itself.
    private static let turnstile = Turnstile(BlockingExecutor.threadCount - 2)

    /// Sends the blob.
    ///
    /// - Parameter session: the upload that has been begun.
    /// - Throws: `PullError`, with the step `.upload` for what the destination did and `.layer` for what the source did;
    ///   `CancellationError`.
    func run(in session: UploadSession) async throws {
        try await Self.turnstile.pass { try await insist(session) }
    }

    private func insist(_ first: UploadSession) async throws {
        var (session, failures): (UploadSession?, Int) = (first, 0)
        var (isWhole, mayBeCut) = (blob.size <= Self.wholeLimit, blob.size > Self.leastChunk)
        while true {
            var current = first
            do {
                if let begun = session.take() { current = begun } else { current = try await begin() }
                if isWhole { try await sendWhole(in: current) } else { try await sendInChunks(in: current) }
                return
            } catch let refused as ChunksRefused {
                // Some registries know no chunks; a request of any size they know all.
                (isWhole, mayBeCut) = (true, false)
                failures += 1
                retrying(failures, refused.reason)
            } catch {
                // The source has had its own patience, and so has whoever gives tokens.
                guard let refusal = Refusal(from: error), refusal.error.step == .upload(blob.digest) else {
                    await client.abandon(blob.digest, current)
                    throw error
                }
                failures += 1
                let attempt = failures
                let isOfCutting =
                    isWhole && mayBeCut && refusal.error.saysTooLarge || !isWhole && refusal.error.saysLost
                if isOfCutting, failures < client.patience.policy.attempts {
                    retrying(attempt, refusal.error)
                } else {
                    try await client.patience.pause(after: error, failures: failures, established: true) {
                        retrying(attempt, $0)
                    }
                }
                if mayBeCut { isWhole = false }
            }
        }
    }

    private func begin() async throws -> UploadSession {
        guard case .session(let session) = try await client.begin(blob.digest) else {
            throw client.failure(.malformed("an upload that was not begun"))
        }
        return session
    }
}

// MARK: In one request

extension BlobUpload {
    private func sendWhole(in session: UploadSession) async throws {
        let stream = HTTPBodyStream(length: blob.size) { writer in
            let last = LastByte()
            let size = blob.size
            try await fetch { bytes, offset in
                let end = offset + Int64(bytes.count)
                // Until all of it is known to be right, it does not become whole over there.
                let isLast = end == size
                try writer.write(isLast ? UnsafeRawBufferPointer(rebasing: bytes.dropLast()) : bytes)
                if isLast { last.value.withLock { $0 = bytes.last } }
                sent(isLast ? end - 1 : end)
            }
            if let byte = last.value.withLock(\.self) {
                try await writer.write(ByteBuffer(bytes: [byte]))
                sent(size)
            }
        }
        try await client.end(blob.digest, in: session, with: .stream(stream))
    }

    /// What is held back.
    private final class LastByte: Sendable {
        let value = Mutex<UInt8?>(nil)
    }

    /// Has the source bring the whole blob, verified when this returns.
    private func fetch(into sink: @escaping BlobSink) async throws {
        let step = PullError.Step.layer(blob.digest)
        let transfer = try await naming(step, at: client.endpoint.origin.authority) {
            try BlobTransfer(blob, into: .inOrder(sink), over: link)
        }
        try await source.fetch(transfer, step: step, retrying: retrying)
    }
}

// MARK: In chunks

extension BlobUpload {
    private func sendInChunks(in session: UploadSession) async throws {
        let size = min(max(Self.chunkSize, session.leastChunk), Self.largestChunk)
        let relay = ChunkRelay(size: Int(size))
        let sender = ChunkSender(upload: self, session: session, limit: size)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await fetch { bytes, _ in try relay.bring(bytes) }
                    relay.finish()
                } catch {
                    relay.close()
                    throw error
                }
            }
            do {
                try await relay.takeAll { try await sender.send($0) }
            } catch {
                group.cancelAll()
                throw error
            }
            // Whether all of it was right; before that it is not ended.
            try await group.waitForAll()
        }
        try await client.end(blob.digest, in: sender.session)
    }

    /// A registry that wants larger chunks than this wants too much of a client's memory.
    private static let largestChunk: Int64 = 64 << 20
}

/// The state of an upload in chunks.
private final class ChunkSender {
    private let upload: BlobUpload
    private(set) var session: UploadSession
    /// No request carries more.
    private var limit: Int64

    init(upload: BlobUpload, session: UploadSession, limit: Int64) {
        (self.upload, self.session, self.limit) = (upload, session, limit)
    }

    /// Sends a chunk; what breaks is gone on with where the registry says that it stopped.
    ///
    /// - Throws: `Refusal`, `PullError` when the upload cannot be gone on with; `CancellationError`.
    func send(_ chunk: ChunkRelay.Chunk) async throws {
        var (place, failures) = (chunk.offset, 0)
        while place < chunk.end {
            let before = place
            do {
                place = try await append(chunk, from: place)
                failures = 0
            } catch {
                guard let refusal = Refusal(from: error), refusal.error.step == .upload(upload.blob.digest) else {
                    throw error
                }
                if place == 0, refusal.error.saysNoChunks { throw ChunksRefused(reason: refusal.error) }
                if refusal.error.saysTooLarge, limit / 2 >= max(BlobUpload.leastChunk, session.leastChunk) {
                    limit /= 2
                    continue
                }
                failures += 1
                let attempt = failures
                if !refusal.error.saysWrongPlace {
                    try await upload.client.patience.pause(
                        after: error, failures: failures, established: true
                    ) { upload.retrying(attempt, $0) }
                } else if failures > 1 {
                    throw refusal.error
                }
                place = try await whereItStands(in: chunk)
                if place > before { failures = 0 }
            }
            upload.sent(place)
        }
    }

    private func append(_ chunk: ChunkRelay.Chunk, from place: Int64) async throws -> Int64 {
        let end = min(place + limit, chunk.end)
        let start = chunk.bytes.readerIndex + Int(place - chunk.offset)
        // Within the chunk by the line above.
        guard let part = chunk.bytes.getSlice(at: start, length: Int(end - place)) else { return end }
        let (next, received) = try await upload.client.append(part, at: place, of: upload.blob.digest, in: session)
        session = next
        return try known(received ?? end, in: place...end)
    }

    /// Asks how far the upload has come: the registry may have got more of what broke off than is known here, or less.
    private func whereItStands(in chunk: ChunkRelay.Chunk) async throws -> Int64 {
        let client = upload.client
        let (next, received) = try await client.patience.insist(established: true) { [session] in
            try await client.progress(of: upload.blob.digest, in: session)
        }
        session = next
        return try known(received ?? chunk.offset, in: chunk.offset...chunk.end)
    }

    private func known(_ place: Int64, in expected: ClosedRange<Int64>) throws -> Int64 {
        guard expected.contains(place) else {
            throw PullError(
                step: .upload(upload.blob.digest), place: upload.client.endpoint.origin.authority,
                cause: .sizeMismatch(expected: expected.upperBound, actual: place))
        }
        return place
    }
}

/// A registry does not take a blob in chunks.
private struct ChunksRefused: Error {
    let reason: PullError
}

extension PullError {
    /// Whether the first chunk of all is declined for what it is.
    fileprivate var saysNoChunks: Bool {
        switch cause {
        case .notFound: true
        case .status(let status, _): [400, 405, 411, 415, 501].contains(status)
        default: false
        }
    }

    /// Whether the registry has forgotten how far an upload had come, or never knew.
    fileprivate var saysLost: Bool {
        switch cause {
        case .notFound, .sizeMismatch, .status(400, _), .status(416, _): true
        default: false
        }
    }

    /// Whether a request was larger than somebody on the way takes.
    fileprivate var saysTooLarge: Bool {
        if case .status(413, _) = cause { true } else { false }
    }

    /// Whether a part was not the one that the registry waits for.
    fileprivate var saysWrongPlace: Bool {
        if case .status(416, _) = cause { true } else { false }
    }
}
