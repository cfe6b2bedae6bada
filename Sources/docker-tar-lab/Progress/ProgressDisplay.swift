internal import Puller
internal import Synchronization

/// Shows work while it runs: in place on a terminal, a line now and then elsewhere, or not at all.
///
/// The clock is given from outside, so that tests need not wait.
struct ProgressDisplay<Time: Clock>: Sendable where Time.Duration == Duration {
    /// How it is shown.
    enum Style: Hashable, Sendable {
        /// A block that is redrawn at most ten times a second.
        case drawn
        /// A line after every pause that the picture wants.
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

    /// Runs a pull, or a push, and shows the events that it reports, to its end.
    ///
    /// - Parameter isSending: whether it is a push.
    /// - Throws: what the work throws.
    func show<Value: Sendable>(
        isSending: Bool = false, _ work: (@escaping @Sendable (PullEvent) -> Void) async throws -> Value
    ) async throws -> Value {
        try await show(PullProgress(isSending: isSending), of: work)
    }

    /// Runs some work and shows the events that it reports, to its end.
    ///
    /// - Throws: what the work throws.
    func show<Picture: ProgressPicture, Value: Sendable>(
        _ picture: Picture, of work: (@escaping @Sendable (Picture.Event) -> Void) async throws -> Value
    ) async throws -> Value {
        let board = Board(start: clock.now, picture: picture)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.keepShowing(board) }
            defer { group.cancelAll() }
            do {
                let value = try await work { event in
                    board.picture.withLock { $0.apply(event, at: self.elapsed(board)) }
                }
                leave(board, isWhole: true)
                return value
            } catch {
                leave(board, isWhole: false)
                throw error
            }
        }
    }

    private final class Board<Picture: ProgressPicture>: Sendable {
        let start: Time.Instant
        let picture: Mutex<Picture>

        init(start: Time.Instant, picture: Picture) {
            self.start = start
            self.picture = Mutex(picture)
        }

        var now: Picture { picture.withLock { $0 } }
    }

    private func elapsed(_ board: Board<some ProgressPicture>) -> Duration { board.start.duration(to: clock.now) }

    private func keepShowing<Picture: ProgressPicture>(_ board: Board<Picture>) async throws {
        let pause: Duration
        switch style {
        case .none: return
        case .drawn: pause = .milliseconds(100)
        case .plain: pause = Picture.pause
        }
        while true {
            try await clock.sleep(for: pause)
            let picture = board.now
            guard !picture.isBlank else { continue }
            let now = elapsed(board)
            if style == .plain {
                console.say([picture.line(at: now, language)], on: stream)
            } else {
                console.draw(on: stream) { picture.block(in: $0, at: now, language) }
            }
        }
    }

    /// What stays on the screen: the rest of work that is whole, or the last picture of one that broke off.
    private func leave(_ board: Board<some ProgressPicture>, isWhole: Bool) {
        let picture = board.now
        let now = elapsed(board)
        guard style == .drawn, !picture.isBlank else { return }
        if isWhole {
            console.draw(on: stream) { picture.block(in: $0, at: now, language) }
            console.leaveBlock { picture.rest(in: $0, at: now, language) }
        } else {
            console.leaveBlock()
        }
    }
}
