/// A step took longer than it may. Never to be taken for cancellation.
struct DeadlinePassed: Error, Hashable {
    /// The time that it had.
    var limit: Duration
}

/// Runs `body` for at most `limit`; then its task is cancelled and awaited.
///
/// A success that comes while the deadline passes still counts, so nothing that it opened is lost.
/// - Throws: `DeadlinePassed`; `CancellationError` when the surrounding task is cancelled; whatever `body` throws.
func withDeadline<Value: Sendable>(
    _ limit: Duration, clock: any Clock<Duration>, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        if let value = try await group.next() ?? nil { return value }
        group.cancelAll()
        do {
            if let value = try await group.next() ?? nil { return value }
        } catch {}
        try Task.checkCancellation()
        throw DeadlinePassed(limit: limit)
    }
}
