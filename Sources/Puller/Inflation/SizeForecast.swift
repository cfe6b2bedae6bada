internal import Synchronization

/// What all layers of an archive inflate to by what they foretell, and where that puts them, so that they can be written
/// there while they come.
///
/// It is complete when something has been said of every layer; those who want it wait for that.
final class SizeForecast: Sendable {
    /// Where layers go.
    typealias Targets = [LayerContent: LayerInflation.Target]

    private struct State {
        var missing: Set<LayerContent>
        var sizes: InflatedSizes = [:]
        var targets: Targets?
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private let place: @Sendable (InflatedSizes?) -> Targets
    private let state: Mutex<State>

    /// Nothing is known yet.
    ///
    /// - Parameter place: is called once: where layers go by such sizes, or without them where one is not foretold.
    init(of layers: [LayerContent], place: @escaping @Sendable (InflatedSizes?) -> Targets) {
        self.place = place
        state = Mutex(State(missing: Set(layers)))
        settleIfComplete()
    }

    /// A layer says, or has shown, what it inflates to; nil where it does not say.
    func note(_ size: Int64?, of layer: LayerContent) {
        state.withLock { state in
            guard state.targets == nil, state.missing.remove(layer) != nil else { return }
            guard let size else { return settle(&state, by: nil) }
            state.sizes[layer.diffID] = size
        }
        settleIfComplete()
    }

    /// Where a layer goes, once it is known; nil where it cannot be written yet.
    ///
    /// - Throws: `CancellationError`.
    func target(of layer: LayerContent) async throws -> LayerInflation.Target? {
        let (stream, wake) = AsyncStream.makeStream(of: Void.self)
        state.withLock { state in
            if state.targets == nil { state.waiting.append(wake) } else { wake.finish() }
        }
        for await _ in stream {}
        try Task.checkCancellation()
        return state.withLock { $0.targets?[layer] }
    }

    private func settleIfComplete() {
        state.withLock { state in
            if state.targets == nil, state.missing.isEmpty { settle(&state, by: state.sizes) }
        }
    }

    private func settle(_ state: inout State, by sizes: InflatedSizes?) {
        state.targets = place(sizes)
        for wake in state.waiting { wake.finish() }
        state.waiting = []
    }
}
