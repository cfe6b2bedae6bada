import Testing

@testable import Puller

@Suite struct BlockingExecutorTests {
    /// Many more tasks than the pool has threads come to their end.
    @Test func runsMoreTasksThanThreads() async throws {
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<64 {
                group.addTask(executorPreference: .blocking) {
                    await Task.yield()
                    try Task.checkCancellation()
                    return number
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(values.sorted() == Array(0..<64))
    }

    @Test func cancellationReachesBlockingSteps() async {
        let task = Task(executorPreference: .blocking) {
            while true {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
