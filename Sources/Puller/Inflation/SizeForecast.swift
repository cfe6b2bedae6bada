internal import Synchronization

/// Where everything will stand in an archive of inflated layers if they inflate to what they foretell, so that they can be
/// written to their places while they come.
///
/// It is complete when something has been said of every layer; those who want it wait for that.
final class SizeForecast: Sendable {
    private struct State {
        var missing: Set<LayerContent>
        var sizes: InflatedSizes = [:]
        var isSettled = false
        var plan: ArchivePlan?
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private let makePlan: @Sendable (InflatedSizes) -> ArchivePlan?
    private let state: Mutex<State>

    /// Nothing is known yet.
    ///
    /// - Parameter plan: the archive's plan by such sizes; nil where there can be none.
    init(of layers: [LayerContent], plan: @escaping @Sendable (InflatedSizes) -> ArchivePlan?) {
        makePlan = plan
        state = Mutex(State(missing: Set(layers)))
        settleIfComplete()
    }

    /// A layer says, or has shown, what it inflates to; nil where it does not say.
    func note(_ size: Int64?, of layer: LayerContent) {
        state.withLock { state in
            guard !state.isSettled, state.missing.remove(layer) != nil else { return }
            guard let size else { return Self.settle(&state, nil) }
            state.sizes[layer.diffID] = size
        }
        settleIfComplete()
    }

    /// The plan, once it is known; nil where no size is foretold.
    ///
    /// - Throws: `CancellationError`.
    func plan() async throws -> ArchivePlan? {
        let (stream, wake) = AsyncStream.makeStream(of: Void.self)
        state.withLock { state in
            if state.isSettled { wake.finish() } else { state.waiting.append(wake) }
        }
        for await _ in stream {}
        try Task.checkCancellation()
        return state.withLock(\.plan)
    }

    private func settleIfComplete() {
        state.withLock { state in
            guard !state.isSettled, state.missing.isEmpty else { return }
            Self.settle(&state, makePlan(state.sizes))
        }
    }

    private static func settle(_ state: inout State, _ plan: ArchivePlan?) {
        (state.isSettled, state.plan) = (true, plan)
        for wake in state.waiting { wake.finish() }
        state.waiting = []
    }
}
