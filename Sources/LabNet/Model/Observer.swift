/// Where a step puts its observations, and the instant from which they are timed.
package struct Observer: Sendable {
    /// When the transport was made; every observation's start counts from here.
    package let epoch: ContinuousClock.Instant
    /// Takes one observation, from any thread.
    package let emit: @Sendable (Observation) -> Void

    /// Joins the two.
    package init(
        epoch: ContinuousClock.Instant = .now, emit: @escaping @Sendable (Observation) -> Void = { _ in }
    ) {
        self.epoch = epoch
        self.emit = emit
    }

    /// Records a step that began at `start` and ends now.
    package func record(
        _ event: Observation.Event, host: String, endpoint: Endpoint? = nil, since start: ContinuousClock.Instant
    ) {
        emit(
            Observation(
                event: event, host: host, endpoint: endpoint, start: start - epoch, duration: .now - start))
    }
}
