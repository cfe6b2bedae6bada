/// What a race starts next, and what it learns on the way. A pure value.
package protocol RacePlan: Sendable {
    /// One thing to try.
    associatedtype Attempt: Sendable
    /// Why it did not work.
    associatedtype Failure: Error
    /// What becomes known while the race runs.
    associatedtype News: Sendable

    /// The attempt to start now; nil when there is none at present. It is asked again whenever something has happened.
    mutating func next() -> Attempt?

    /// Hears that an attempt, which `next` gave out, has failed.
    mutating func failed(_ attempt: Attempt, _ failure: Failure)

    /// Hears what the source, or an attempt under way, has to tell.
    mutating func hear(_ news: News)

    /// Hears that the source has told all it knows.
    mutating func hearSourceEnded()
}

/// A race of whole attempts, one started after the other (RFC 8305 5), over a field that grows while it runs.
package struct StaggeredRace: Sendable {
    /// How long an attempt is alone before the next one joins it; a failure starts the next at once.
    package var stagger: Duration
    /// Measures the stagger.
    package var clock: any Clock<Duration>

    /// RFC 8305's recommended 250 ms, unless said otherwise.
    package init(stagger: Duration = .milliseconds(250), clock: any Clock<Duration> = ContinuousClock()) {
        self.stagger = stagger
        self.clock = clock
    }

    /// How a race ended.
    package enum Outcome<Value: Sendable, Plan: RacePlan>: Sendable {
        /// The first success.
        case won(Value)
        /// Everything failed, or there was nothing; the plan knows what it met.
        case lost(Plan)
    }

    /// Takes news from the source, or from an attempt, at any time and from any thread.
    package typealias Tell<Plan: RacePlan> = @Sendable (Plan.News) -> Void

    /// Runs the plan's attempts until one succeeds, or until the source has ended and none is left.
    ///
    /// The source is opened when the plan has nothing to start, or when its first attempt is to be joined, and no earlier:
    /// an attempt that the plan knew from the beginning may make it unnecessary. The first success cancels the rest, the
    /// source included, and waits until all have ended, so that nothing of the race outlives it.
    ///
    /// - Parameters:
    ///   - source: tells what it finds, and returns when there is no more; ends soon when its task is cancelled.
    ///   - attempt: makes one attempt; gives up soon when its task is cancelled, and what it then returns does not matter.
    ///   - discard: disposes of a success that came second.
    /// - Throws: `CancellationError` when the surrounding task is cancelled, nothing else.
    package func run<Plan: RacePlan, Value: Sendable>(
        _ plan: Plan,
        source: @escaping @Sendable (@escaping Tell<Plan>) async -> Void,
        attempt: @escaping @Sendable (Plan.Attempt, @escaping Tell<Plan>) async -> Result<Value, Plan.Failure>,
        discard: @escaping @Sendable (Value) async -> Void
    ) async throws -> Outcome<Value, Plan> {
        let (news, ear) = AsyncStream.makeStream(of: Plan.News?.self)
        let tell: Tell<Plan> = { ear.yield($0) }
        let outcome = await withTaskGroup(of: Event<Plan, Value>.self) { group -> Outcome<Value, Plan> in
            var course = Course<Plan, Value>(plan: plan)

            func act() {
                for action in course.actions() {
                    switch action {
                    case .start(let next, let round):
                        group.addTask { .finished(next, await attempt(next, tell)) }
                        group.addTask {
                            try? await clock.sleep(for: stagger)
                            return .staggered(round: round)
                        }
                    case .openSource:
                        group.addTask {
                            await source(tell)
                            ear.yield(nil)
                            return .idle
                        }
                    case .listen: group.addTask { await Self.event(of: news) }
                    }
                }
            }

            act()
            while !course.isOver, !Task.isCancelled, let event = await group.next() {
                course.take(event)
                if course.winner == nil, !Task.isCancelled { act() }
            }
            group.cancelAll()
            for await case .finished(_, .success(let late)) in group { await discard(late) }
            return course.winner.map { .won($0) } ?? .lost(course.plan)
        }
        if case .lost = outcome { try Task.checkCancellation() }
        return outcome
    }

    private static func event<Plan: RacePlan, Value>(of news: AsyncStream<Plan.News?>) async -> Event<Plan, Value> {
        for await item in news { return item.map { .heard($0) } ?? .sourceEnded }
        return .idle
    }
}

/// What happens in a race.
private enum Event<Plan: RacePlan, Value: Sendable>: Sendable {
    case finished(Plan.Attempt, Result<Value, Plan.Failure>)
    case staggered(round: Int)
    case heard(Plan.News)
    case sourceEnded
    /// A task has ended that has nothing to say.
    case idle
}

/// Where a race stands: events in, actions out.
private struct Course<Plan: RacePlan, Value: Sendable> {
    enum Action {
        case start(Plan.Attempt, round: Int)
        case openSource
        case listen
    }

    private enum Source { case unopened, open, ended }

    private(set) var plan: Plan
    private(set) var winner: Value?
    private var running = 0
    /// A stagger that began before the latest start is out of date.
    private var round = 0
    /// Whether the next attempt may start as soon as there is one.
    private var isDue = true
    private var source = Source.unopened
    private var isListening = false

    init(plan: Plan) { self.plan = plan }

    /// To be asked when the plan has been asked for what is next.
    var isOver: Bool { winner != nil || running == 0 && source == .ended }

    mutating func take(_ event: Event<Plan, Value>) {
        switch event {
        case .finished(_, .success(let value)): winner = value
        case .finished(let tried, .failure(let failure)):
            running -= 1
            isDue = true
            plan.failed(tried, failure)
        case .staggered(let ended): if ended == round { isDue = true }
        case .heard(let news):
            isListening = false
            plan.hear(news)
        case .sourceEnded:
            isListening = false
            source = .ended
            plan.hearSourceEnded()
        case .idle: break
        }
    }

    mutating func actions() -> [Action] {
        var actions: [Action] = []
        if !isListening {
            isListening = true
            actions.append(.listen)
        }
        guard isDue else { return actions }
        let next = plan.next()
        if let next {
            running += 1
            round += 1
            isDue = false
            actions.append(.start(next, round: round))
        }
        if source == .unopened, next == nil || round > 1 {
            source = .open
            actions.append(.openSource)
        }
        return actions
    }
}
