internal import Puller
internal import Synchronization

/// Shows a pull while it runs: in place on a terminal, one line every half minute elsewhere, or not at all.
///
/// The clock is given from outside, so that tests need not wait.
struct ProgressDisplay<Time: Clock>: Sendable where Time.Duration == Duration {
    /// How a pull is shown.
    enum Style: Hashable, Sendable {
        /// A block that is redrawn at most ten times a second.
        case drawn
        /// A line every thirty seconds.
        case plain
        /// Nothing.
        case none
    }

    /// Where it is shown.
    let console: Console
    /// Standard output or standard error.
    let stream: Console.Stream
    /// How it is shown.
    let style: Style
    /// The language of the words.
    let language: Language
    /// What time is read from.
    let clock: Time

    /// Runs a pull and shows the events that it reports, to its end.
    ///
    /// - Throws: what the pull throws.
    func show<Value: Sendable>(
        _ pull: (@escaping @Sendable (PullEvent) -> Void) async throws -> Value
    ) async throws -> Value {
        let board = Board(start: clock.now)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.keepShowing(board) }
            defer { group.cancelAll() }
            do {
                let value = try await pull { event in
                    board.progress.withLock { $0.apply(event, at: self.elapsed(board)) }
                }
                leave(board, isWhole: true)
                return value
            } catch {
                leave(board, isWhole: false)
                throw error
            }
        }
    }

    private final class Board: Sendable {
        let start: Time.Instant
        let progress = Mutex(PullProgress())

        init(start: Time.Instant) { self.start = start }

        var now: PullProgress { progress.withLock { $0 } }
    }

    private func elapsed(_ board: Board) -> Duration { board.start.duration(to: clock.now) }

    private func keepShowing(_ board: Board) async throws {
        let pause: Duration
        switch style {
        case .none: return
        case .drawn: pause = .milliseconds(100)
        case .plain: pause = .seconds(30)
        }
        while true {
            try await clock.sleep(for: pause)
            let progress = board.now
            guard !progress.layers.isEmpty else { continue }
            let now = elapsed(board)
            if style == .plain {
                console.say([ProgressLines.plain(progress, at: now, in: language)], on: stream)
            } else {
                console.draw(on: stream) { ProgressLines(size: $0, language: language).block(progress, at: now) }
            }
        }
    }

    /// What stays on the screen: every layer of a whole pull, or the last picture of one that broke off.
    private func leave(_ board: Board, isWhole: Bool) {
        let progress = board.now
        let now = elapsed(board)
        guard style == .drawn, !progress.layers.isEmpty else { return }
        if isWhole {
            console.draw(on: stream) { ProgressLines(size: $0, language: language).block(progress, at: now) }
            console.leaveBlock { ProgressLines(size: $0, language: language).all(progress, at: now) }
        } else {
            console.leaveBlock()
        }
    }
}
