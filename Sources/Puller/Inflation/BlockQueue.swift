/// Blocks that go round between one who fills and one who empties them: whoever is faster waits for the other.
struct BlockQueue: Sendable {
    /// Those that can be filled; one task takes them.
    let empty: AsyncStream<ByteBlock>
    /// Those that are filled, in their order; one task takes them, and gives each back.
    let full: AsyncStream<ByteBlock>
    private let emptied: AsyncStream<ByteBlock>.Continuation
    private let filled: AsyncStream<ByteBlock>.Continuation

    /// So many blocks, all of them empty.
    init(count: Int) {
        (empty, emptied) = AsyncStream.makeStream(of: ByteBlock.self)
        (full, filled) = AsyncStream.makeStream(of: ByteBlock.self)
        for _ in 0..<count { emptied.yield(ByteBlock()) }
    }

    /// Hands on a block that is filled.
    func put(_ block: ByteBlock) { filled.yield(block) }

    /// Gives a block back.
    func giveBack(_ block: ByteBlock) {
        block.count = 0
        emptied.yield(block)
    }

    /// No more will be filled.
    func finish() { filled.finish() }
}

/// Fills the blocks of a queue, one after another.
struct BlockFiller {
    private let queue: BlockQueue
    private var empty: AsyncStream<ByteBlock>.Iterator
    private var block: ByteBlock?

    /// Nothing is filled yet.
    init(_ queue: BlockQueue) {
        self.queue = queue
        empty = queue.empty.makeAsyncIterator()
    }

    /// Fills what is left of a block, as far as `step` has something for it; waits for a block first where none is at hand.
    ///
    /// - Returns: whether nothing of it is left.
    /// - Throws: what `step` throws; `CancellationError`.
    mutating func fill(_ step: (UnsafeMutableRawBufferPointer) throws -> Int) async throws -> Bool {
        if block == nil { block = await empty.next() }
        guard let block else { throw CancellationError() }
        block.count += try step(block.bytes.rest(from: block.count))
        guard block.count == block.bytes.count else { return false }
        queue.put(block)
        self.block = nil
        return true
    }

    /// Hands on what the last block holds; no more will be filled.
    func end() {
        if let block, block.count > 0 { queue.put(block) }
        queue.finish()
    }
}
