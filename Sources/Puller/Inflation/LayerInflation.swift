/// A layer as an archive holds it: a blob, inflated.
struct LayerContent: Hashable, Sendable {
    /// The blob that brings it.
    let blob: Descriptor
    /// The digest that the inflated bytes must have.
    let diffID: Digest
}

/// One layer on its way from its blob into an archive. It is read behind the transfer that brings it, inflated by one task,
/// hashed and written by another.
struct LayerInflation: Sendable {
    /// Where the inflated bytes go.
    struct Target: Sendable {
        /// The file.
        let file: ArchiveFile
        /// Every place that the layer has in it.
        let starts: [Int64]
        /// How many bytes there are at each of them.
        let room: Int64
    }

    /// What becomes of the inflated bytes.
    enum Use: Sendable {
        /// They are counted, and will be inflated again.
        case counting
        /// They are verified as well; whoever inflates them again need not do so.
        case verifying
        /// They are verified, and written.
        case writing(Target)
    }

    /// What became of it.
    struct Outcome: Sendable {
        /// How many bytes it has, inflated; unless they were only counted, their digest is the diffID.
        let size: Int64
        /// Whether they stand in their places, and fill the room there.
        let isInPlace: Bool
    }

    /// The layer.
    let layer: LayerContent
    /// Brings its blob, has brought it, or will.
    let transfer: BlobTransfer
    /// What it is inflated for.
    let use: Use

    /// How many blocks are on their way from the one who inflates to the one who writes.
    private static let blocks = 4

    /// Inflates the whole layer. What does not fit into its room is measured and verified, and not written.
    ///
    /// - Throws: `.undecodable`, `.diffIDMismatch`, only when the blob itself is what its digest says; `.disk`;
    ///   `CancellationError`, which also ends it when the blob cannot be brought.
    func run() async throws -> Outcome {
        while true {
            do { return try await attempt() } catch is StartedOver {}
        }
    }

    private func attempt() async throws -> Outcome {
        let queue = BlockQueue(count: Self.blocks)
        return try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                try await inflate(into: queue)
                return nil
            }
            group.addTask { try await use(queue) }
            var outcome: Outcome?
            for try await part in group { outcome = part ?? outcome }
            guard let outcome else { throw CancellationError() }
            return outcome
        }
    }

    // MARK: Inflating

    private func inflate(into queue: BlockQueue) async throws {
        var standing = try await transfer.standing(after: .init(attempt: -1))
        var failure: PullError.Cause?
        var inflater = Inflater()
        var output = BlockFiller(queue)
        let input = ByteBlock()
        var position: Int64 = 0
        while position < transfer.blob.size, failure == nil {
            if position == standing.end { standing = try await standing.next(of: transfer) }
            input.count = Int(min(Int64(input.bytes.count), standing.end - position))
            try read(into: input, at: position)
            position += Int64(input.count)
            var rest = input.filled
            do {
                while try await output.fill({ try inflater.inflate(&rest, into: $0) }) || !rest.isEmpty {}
            } catch let cause as PullError.Cause {
                failure = cause
            }
        }
        while !standing.isVerified { standing = try await standing.next(of: transfer) }
        // Bytes that nobody has verified say nothing of the layer.
        if let failure { throw failure }
        while try await output.fill({ try inflater.finish(into: $0) }) {}
        output.end()
    }

    private func read(into block: ByteBlock, at position: Int64) throws {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: block.bytes[..<block.count])
        let count = try transfer.read(into: wanted, at: position)
        // Somebody else has cut the file.
        guard count == wanted.count else {
            throw PullError.Cause.sizeMismatch(expected: transfer.blob.size, actual: position + Int64(count))
        }
    }

    // MARK: Hashing and writing

    private func use(_ queue: BlockQueue) async throws -> Outcome {
        let target: Target? = if case .writing(let target) = use { target } else { nil }
        let verified: VerifiedLayer? = if case .counting = use { nil } else { try VerifiedLayer(diffID: layer.diffID) }
        var (size, fits) = (Int64(0), target != nil)
        for await block in queue.full {
            let offset = size
            size = try size.plus(Int64(block.count))
            try verified?.update(block.filled)
            if let target {
                fits = fits && size <= target.room
                if fits { try target.write(block.filled, at: offset) }
            }
            queue.giveBack(block)
        }
        // Then it is not the end of the layer, but of all.
        try Task.checkCancellation()
        try verified?.finish()
        return Outcome(size: size, isInPlace: fits && size == target?.room)
    }
}

/// All that was read is thrown away, since its digest was wrong: somebody else brings the blob anew.
private struct StartedOver: Error {}

extension BlobTransfer.Standing {
    /// Waits until there is more to read.
    fileprivate func next(of transfer: BlobTransfer) async throws -> Self {
        let next = try await transfer.standing(after: self)
        guard next.attempt == attempt else { throw StartedOver() }
        return next
    }
}

extension LayerInflation.Target {
    fileprivate func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(PullError.Cause) {
        for start in starts { try file.write(bytes, at: start + offset) }
    }
}
