/// Does the same with several items side by side, and gives what came of each in their order.
///
/// - Parameter limit: how many are under way at a time; 1 or more.
/// - Throws: `CancellationError`.
func concurrently<Item: Sendable, Value: Sendable>(
    _ items: [Item], atMost limit: Int = .max,
    _ body: @escaping @Sendable (Item) async throws(CancellationError) -> Value
) async throws(CancellationError) -> [Value] {
    let found = await withTaskGroup(of: (Int, Value?).self) { group in
        var results = [Value?](repeating: nil, count: items.count)
        for (index, item) in items.enumerated() {
            if index >= limit, let (done, value) = await group.next() { results[done] = value }
            group.addTask {
                do { return (index, try await body(item)) } catch { return (index, nil) }
            }
        }
        for await (done, value) in group { results[done] = value }
        return results.compactMap(\.self)
    }
    // A value is missing only where its task was cancelled, and then all were.
    guard found.count == items.count else { throw CancellationError() }
    return found
}

/// Runs a step that has no limit of its own for at most so long.
///
/// - Returns: nil when the time has passed; the step is cancelled and awaited then.
/// - Throws: `CancellationError` when the surrounding task is cancelled.
func limited<Value: Sendable>(
    to limit: Duration, clock: any Clock<Duration>,
    _ body: @escaping @Sendable () async throws(CancellationError) -> Value
) async throws(CancellationError) -> Value? {
    let value = await withTaskGroup(of: Value?.self) { group in
        group.addTask { try? await body() }
        group.addTask {
            try? await clock.sleep(for: limit)
            return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        // What came while the time passed still counts.
        let second = await group.next() ?? nil
        return first ?? second
    }
    if value == nil, Task.isCancelled { throw CancellationError() }
    return value
}

/// What comes of a step, for one that is awaited later: what `async let` throws has lost its type.
func outcome<Value: Sendable>(
    of body: @Sendable () async throws(CancellationError) -> Value
) async -> Result<Value, CancellationError> {
    do { return .success(try await body()) } catch { return .failure(error) }
}
