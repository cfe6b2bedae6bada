internal import NIOCore
internal import NIOPosix

/// Runs a task's own steps on a pool for blocking work, so that hashing, inflating, `pwrite` and `fsync` never hold
/// a thread of the cooperative pool.
///
/// ```
/// try await withTaskExecutorPreference(.blocking) {
///     for try await piece in body { try content.update(piece); try file.write(piece, at: offset) }
/// }
/// ```
/// A step that begins after an `await` comes back to the pool in one hop, and does all its blocking work in it.
/// The pool has about as many threads as the machine has cores, which also bounds the hashing that runs at a time; a few more
/// on small machines, since whoever sends what he reads waits here for the network. It is not NIO's own: a connection that
/// is being made needs that one, and whoever waits for the connection may hold a thread of this.
final class BlockingExecutor: TaskExecutor {
    static let shared = BlockingExecutor()
    /// How many threads there are; 4 or more.
    static let threadCount = max(4, System.coreCount)

    private let pool = NIOThreadPool(numberOfThreads: threadCount)

    private init() { pool.start() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The pool is never shut down; were it, the job must run all the same, or its task would hang.
        pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension TaskExecutor where Self == BlockingExecutor {
    /// The executor for work that blocks.
    static var blocking: BlockingExecutor { .shared }
}
