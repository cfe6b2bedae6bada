internal import LabNet
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

extension RegistryClient: BlobSource {
    /// See ``BlobSource``. A connection that breaks is followed by another, which goes on where the first one stopped.
    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        try await withTaskExecutorPreference(.blocking) {
            while true {
                // What an earlier run has brought whole is not asked for.
                if !transfer.isWhole {
                    try await transfer.link.lanes.pass(as: .leader) {
                        try await bring(transfer, step: step, retrying: retrying)
                    }
                }
                do {
                    return try await naming(step, at: endpoint.origin.authority) { try transfer.finish() }
                } catch let error as PullError where error.isMismatch {
                    guard try transfer.startOverWithoutKept() else {
                        transfer.disown()
                        throw error
                    }
                    retrying(1, error)
                }
            }
        }
    }

    /// See ``BlobSource``.
    func bring(_ part: Range<Int64>, of transfer: BlobTransfer) async {
        await withTaskExecutorPreference(.blocking) {
            _ = try? await transfer.link.lanes.pass(as: .leader) {
                guard transfer.claim(part) else { return }
                defer { transfer.release(part) }
                _ = await bring(part, of: transfer, step: .layer(transfer.blob.digest))
            }
        }
    }

    /// Fetches a blob that is held in memory.
    ///
    /// - Throws: `PullError`, `.malformed` for one over `limit`.
    func fetch(_ blob: Descriptor, step: PullError.Step, upTo limit: Int) async throws -> [UInt8] {
        guard blob.size <= Int64(limit) else {
            throw PullError(
                step: step, place: endpoint.origin.authority, cause: .malformed("more than \(limit) bytes"))
        }
        let bytes = Mutex<[UInt8]>([])
        let sink: BlobSink = { piece, _ in bytes.withLock { $0.append(contentsOf: piece) } }
        let transfer = try await naming(step, at: endpoint.origin.authority) {
            try BlobTransfer(blob, into: .inOrder(sink), over: Link())
        }
        try await fetch(transfer, step: step, retrying: { _, _ in })
        return bytes.withLock { $0 }
    }

    /// One connection brings the blob from its beginning to its end; where lanes are free, others help it from the end on.
    private func bring(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        guard transfer.mayBeHelped else { return try await lead(transfer, step: step, retrying: retrying) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (started, start) = AsyncStream.makeStream(of: Void.self)
            group.addTask { await helpers(transfer, step: step, after: started) }
            defer {
                // Those who wait, for the first bytes or for a lane, are not needed any more.
                group.cancelAll()
                start.finish()
            }
            try await lead(transfer, step: step, started: { start.finish() }, retrying: retrying)
        }
    }

    /// Goes on with what is missing until all is here, or until it has failed too often.
    private func lead(
        _ transfer: BlobTransfer, step: PullError.Step, started: @escaping @Sendable () -> Void = {},
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        var usesRange = true
        var (failures, retries) = (0, 0)
        var mark = transfer.received
        while !transfer.isWhole {
            guard let gap = transfer.nextGap() else {
                await transfer.aHelperEnds()
                try Task.checkCancellation()
                continue
            }
            let brought = Tally()
            do {
                try await ask(for: gap, of: transfer, usesRange: usesRange, step: step) { count in
                    if brought.isFirst(count) { started() }
                }
            } catch let unusable as BlobRange.Unusable where usesRange {
                usesRange = false
                transfer.declineHelp()
                retries += 1
                retrying(retries, unusable.error(step, endpoint))
            } catch {
                let error = (error as? BlobRange.Unusable)?.error(step, endpoint) ?? error
                // Somebody who cuts every connection is borne as long as they bring something.
                let received = transfer.received
                if received - mark >= Self.progress { (mark, failures) = (received, 0) }
                (failures, retries) = (failures + 1, retries + 1)
                let refusal = Refusal(from: error)?.error
                if transfer.isWhole, refusal?.mayPass(established: true) == true { return }
                // Who asks too much, by several connections perhaps, asks with one.
                if refusal?.isRateLimit == true { transfer.declineHelp() }
                let attempt = retries
                try await patience.pause(
                    after: error, failures: failures, established: true, hasProgressed: brought.count > 0
                ) { retrying(attempt, $0) }
            }
        }
    }

    /// Fewer bytes than these over `RetryPolicy.attempts` failures are none: an attacker could go on for ever with one at a
    /// time. Boxes that freeze streams let 16 to 20 kB pass each time, the handshake included.
    private static let progress: Int64 = 16 << 10
}

// MARK: Help

extension RegistryClient {
    /// Further connections for one blob, once its first bytes have come, and as soon as one connection is slow with it.
    private func helpers(_ transfer: BlobTransfer, step: PullError.Step, after started: AsyncStream<Void>) async {
        for await _ in started {}
        var (before, received) = (Int64(0), transfer.received)
        repeat {
            before = received
            guard (try? await patience.clock.sleep(Self.watch)) != nil, !transfer.isWhole else { return }
            received = transfer.received
        } while received - before >= Self.enough
        await withTaskGroup(of: Void.self) { group in
            for _ in 1..<transfer.link.lanes.count { group.addTask { await help(transfer, step: step) } }
        }
    }

    /// How long a connection is watched at a time, and how many bytes it then has to have brought to be fast enough: from
    /// some 40 MB/s on, the machine is the bound and not the line (measured: a second connection on loopback costs more than
    /// it brings, since what comes early has to be read back to be hashed).
    static let watch = Duration.milliseconds(100)
    private static let enough: Int64 = 4 << 20

    /// Brings one piece after the other. Whatever fails here, the one who leads brings the rest: so a helper gives up easily,
    /// and nothing that one connection can do fails because there were more.
    private func help(_ transfer: BlobTransfer, step: PullError.Step) async {
        var mayGoOn = true
        while mayGoOn, transfer.mayBeHelped, !Task.isCancelled {
            let outcome: Bool? = try? await transfer.link.lanes.pass(as: .helper) {
                guard let piece = transfer.claim() else { return false }
                defer { transfer.release(piece) }
                return await bring(piece, of: transfer, step: step)
            }
            mayGoOn = outcome ?? false
        }
    }

    /// - Returns: whether another piece is worth trying.
    private func bring(_ piece: Range<Int64>, of transfer: BlobTransfer, step: PullError.Step) async -> Bool {
        var start = piece.lowerBound
        while start < piece.upperBound {
            let brought = Tally()
            do {
                try await ask(for: start..<piece.upperBound, of: transfer, usesRange: true, isHelper: true, step: step)
                {
                    brought.add($0)
                }
                return true
            } catch is BlobRange.Unusable {
                transfer.declineHelp()
                return false
            } catch {
                // A stream that is cut is taken up again as long as it brings something.
                let refusal = Refusal(from: error)?.error
                guard refusal?.isCutStream == true, brought.count >= Self.progress else { return false }
                start += brought.count
            }
        }
        return true
    }
}

// MARK: One request

extension RegistryClient {
    /// One request, and as much of the part as it brings.
    ///
    /// - Parameters:
    ///   - isHelper: whether only a part will do, and nothing beyond it is wanted.
    ///   - brought: is told of the bytes that have come and are not passed over.
    /// - Throws: `BlobRange.Unusable`, and whatever else ends a request before its part is whole.
    private func ask(
        for part: Range<Int64>, of transfer: BlobTransfer, usesRange: Bool, isHelper: Bool = false,
        step: PullError.Step, brought: @escaping @Sendable (Int) -> Void
    ) async throws {
        let blob = transfer.blob
        let isBounded = part.upperBound < blob.size
        let asksForPart = usesRange && (part.lowerBound > 0 || isBounded)
        let headers: HTTPHeaders =
            asksForPart ? ["Range": "bytes=\(part.lowerBound)-\(isBounded ? String(part.upperBound - 1) : "")"] : [:]
        let statuses: Set<Int> = asksForPart ? [200, 206, 416] : [200, 206]
        try await get(endpoint.blob(blob.digest), headers: headers, accepting: statuses, step: step) { response in
            let offset = asksForPart ? part.lowerBound : 0
            let discarded = try BlobRange.discarded(
                status: response.status, contentRange: response.headers.first(name: "Content-Range"), offset: offset,
                end: asksForPart ? part.upperBound : nil, size: blob.size)
            let isPart = response.status == 206
            if isHelper, !isPart { throw BlobRange.Unusable(cause: .status(response.status, "")) }
            // Without a part, all that is known comes again; it is passed over.
            var position = offset - discarded
            let end = isPart && asksForPart ? part.upperBound : blob.size
            try await naming(step, at: response.url.origin.authority) {
                var pieces = response.body.makeAsyncIterator()
                var pace = Pace()
                while true {
                    let asked = patience.clock.now()
                    guard var piece = try await pieces.next() else { break }
                    if pace.isCrawling(piece.readableBytes, after: patience.clock.now() - asked) {
                        throw NetworkError(
                            step: .exchange, host: response.url.origin.host.description, cause: .timedOut(Pace.window))
                    }
                    if isPart, isBounded {
                        // More than was asked for is not wanted.
                        guard position < end else { break }
                        let wanted = Int(min(Int64(piece.readableBytes), end - position))
                        piece = piece.getSlice(at: piece.readerIndex, length: wanted) ?? piece
                    }
                    let count = piece.readableBytes
                    try await transfer.link.rate?.pass(count)
                    try piece.withUnsafeReadableBytes { try transfer.take($0, at: position) }
                    position += Int64(count)
                    if position > part.lowerBound { brought(min(count, Int(position - part.lowerBound))) }
                    // What follows was brought by a helper, so that it can be asked for what comes behind it.
                    let mayStop = isPart || !asksForPart && usesRange
                    if mayStop, position < end, transfer.has(position) { break }
                }
                // A true end of the body, and yet not the end of what was asked for.
                guard position == end || transfer.has(position) || transfer.isWhole else {
                    throw PullError.Cause.sizeMismatch(expected: blob.size, actual: transfer.received)
                }
            }
        }
    }
}

/// Counts the bytes that one request has brought.
private final class Tally: Sendable {
    private let total = Mutex<Int64>(0)

    var count: Int64 { total.withLock { $0 } }

    func add(_ bytes: Int) { total.withLock { $0 += Int64(bytes) } }

    /// Adds bytes, and says whether they are the first.
    func isFirst(_ bytes: Int) -> Bool {
        total.withLock { total in
            defer { total += Int64(bytes) }
            return total == 0
        }
    }
}

extension PullError {
    fileprivate var isMismatch: Bool {
        if case .digestMismatch = cause { true } else { false }
    }

    fileprivate var isRateLimit: Bool {
        if case .rateLimited = cause { true } else { false }
    }
}

extension BlobRange.Unusable {
    fileprivate func error(_ step: PullError.Step, _ endpoint: RegistryEndpoint) -> PullError {
        PullError(step: step, place: endpoint.origin.authority, cause: cause)
    }
}
