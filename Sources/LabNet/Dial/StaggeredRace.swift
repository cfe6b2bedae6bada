/// What a race starts next, and what it learns from each failure. A pure value.
package protocol RacePlan: Sendable {
    /// One thing to try.
    associatedtype Attempt: Sendable
    /// Why it did not work.
    associatedtype Failure: Error

    /// The attempt to start now; nil when there is none at present. It is asked again after every failure.
    mutating func next() -> Attempt?

    /// Hears that an attempt, which `next` gave out, has failed.
    mutating func failed(_ attempt: Attempt, _ failure: Failure)
}

/// A race of whole attempts, one started after the other (RFC 8305 5).
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
    package enum Outcome<Value: Sendable, Failure: Error>: Sendable {
        /// The first success.
        case won(Value)
        /// Everything failed, in this order.
        case lost([Failure])
    }

    private enum Event<Plan: RacePlan, Value: Sendable>: Sendable {
        case finished(Plan.Attempt, Result<Value, Plan.Failure>)
        case staggered(round: Int)
    }

    /// Runs the plan's attempts until one succeeds or none is left.
    ///
    /// The first success cancels the rest and waits until they have ended, so that nothing of the race outlives it.
    ///
    /// - Parameters:
    ///   - attempt: makes one attempt; gives up soon when its task is cancelled, and what it then returns does not matter.
    ///   - discard: disposes of a success that came second.
    /// - Throws: `CancellationError` when the surrounding task is cancelled, nothing else.
    package func run<Plan: RacePlan, Value: Sendable>(
        _ plan: Plan,
        attempt: @escaping @Sendable (Plan.Attempt) async -> Result<Value, Plan.Failure>,
        discard: @escaping @Sendable (Value) async -> Void
    ) async throws -> Outcome<Value, Plan.Failure> {
        let outcome = await withTaskGroup(of: Event<Plan, Value>.self) { group -> Outcome<Value, Plan.Failure> in
            var plan = plan
            var failures: [Plan.Failure] = []
            var running = 0
            // A stagger that began before the latest start is out of date.
            var round = 0

            func start() {
                guard let next = plan.next() else { return }
                running += 1
                round += 1
                group.addTask { .finished(next, await attempt(next)) }
                group.addTask { [round] in
                    try? await clock.sleep(for: stagger)
                    return .staggered(round: round)
                }
            }

            start()
            while running > 0, let event = await group.next() {
                switch event {
                case .staggered(let ended):
                    if ended == round, !Task.isCancelled { start() }
                case .finished(_, .success(let value)):
                    group.cancelAll()
                    for await case .finished(_, .success(let late)) in group { await discard(late) }
                    return .won(value)
                case .finished(let tried, .failure(let failure)):
                    running -= 1
                    if Task.isCancelled { continue }
                    failures.append(failure)
                    plan.failed(tried, failure)
                    start()
                }
            }
            group.cancelAll()
            return .lost(failures)
        }
        if case .lost = outcome { try Task.checkCancellation() }
        return outcome
    }
}
