import Synchronization
import Testing

@testable import Puller

@Suite(.timeLimit(.minutes(1))) struct ImageSyncTests {
    private static let failure = PullError(step: .manifest, place: "r.example", cause: .notFound(""))

    private func images(_ names: String...) throws -> [ImageReference] {
        try names.map { try ImageReference(parsing: $0) }
    }

    /// A row in a word.
    private func word(_ row: ImageSync.Row) -> String {
        let outcome =
            switch row.outcome {
            case .brought(let traffic): "\(traffic.fetched)+\(traffic.shared)"
            case .present: "present"
            case .failed(let error): "\((error as? PullError)?.cause == Self.failure.cause ? "failed" : "other")"
            case .interrupted: "interrupted"
            }
        return "\(row.image.familiar) \(outcome)"
    }

    @Test func whatIsNamedTwiceComesOnce() throws {
        let sync = ImageSync(try images("a", "b:1", "docker.io/library/a:latest", "b", "b:1"))
        #expect(sync.images.map(\.familiar) == ["a:latest", "b:1", "b:latest"])
    }

    @Test func oneFailureDoesNotStopTheRest() async throws {
        let reported = Mutex<[Int]>([])
        let rows = await ImageSync(try images("a", "b", "c")).run(clock: ContinuousClock()) { number, image in
            switch image.path {
            case "library/b": throw Self.failure
            case "library/c": .present
            default: .brought(.init(fetched: 7, shared: Int64(number)))
            }
        } report: { number, _ in
            reported.withLock { $0.append(number) }
        }
        #expect(rows.map(word) == ["a:latest 7+0", "b:latest failed", "c:latest present"])
        #expect(reported.withLock(\.self) == [0, 1, 2])
    }

    @Test func anInterruptionBeginsNothingMore() async throws {
        let rows = await ImageSync(try images("a", "b", "c")).run(clock: ContinuousClock()) { number, _ in
            if number == 1 { throw CancellationError() }
            return .present
        }
        #expect(rows.map(word) == ["a:latest present", "b:latest interrupted", "c:latest interrupted"])
    }

    @Test func aCancelledTaskIsAnInterruptionWhateverIsThrown() async throws {
        let sync = ImageSync(try images("a", "b"))
        let rows = await withTaskGroup(of: [ImageSync.Row].self) { group in
            group.addTask {
                await sync.run(clock: ContinuousClock()) { _, _ in
                    withUnsafeCurrentTask { $0?.cancel() }
                    throw Self.failure
                }
            }
            return await group.next() ?? []
        }
        #expect(rows.map(word) == ["a:latest interrupted", "b:latest interrupted"])
    }
}
