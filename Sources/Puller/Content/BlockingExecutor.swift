internal import NIOPosix

/// Runs a task's own steps on NIO's pool for blocking work, so that hashing, inflating, `pwrite` and `fsync` never hold
/// a thread of the cooperative pool.
///
/// ```
/// try await withTaskExecutorPreference(.blocking) {
///     for try await piece in body { try content.update(piece); try file.write(piece, at: offset) }
/// }
/// ```
/// A step that begins after an `await` comes back to the pool in one hop, and does all its blocking work in it.
/// The pool has about as many threads as the machine has cores, which also bounds the hashing that runs at a time.
final class BlockingExecutor: TaskExecutor {
    static let shared = BlockingExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The singleton pool is never shut down; were it, the job must run all the same, or its task would hang.
        NIOThreadPool.singleton.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension TaskExecutor where Self == BlockingExecutor {
    /// The executor for work that blocks.
    static var blocking: BlockingExecutor { .shared }
}
