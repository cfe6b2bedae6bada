// Dispatch objects may be used from any thread; on Linux the module does not say so to the compiler.
@preconcurrency internal import Dispatch

/// Waits until a descriptor can be written to (for a connecting socket: until it is connected or has failed), or until
/// the task is cancelled; which of these it was is the caller's to find out.
///
/// The waiting is done by a Dispatch source, not by a thread of the cooperative pool. When this returns, the source is
/// gone, so the descriptor may be closed.
func waitUntilWritable(_ descriptor: Int32) async {
    let source = DispatchSource.makeWriteSource(fileDescriptor: descriptor)
    await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            // Both ends, readiness and cancellation of the task, go through the source's cancel handler: it runs once.
            source.setEventHandler { source.cancel() }
            source.setCancelHandler { continuation.resume() }
            source.activate()
        }
    } onCancel: {
        source.cancel()
    }
}
