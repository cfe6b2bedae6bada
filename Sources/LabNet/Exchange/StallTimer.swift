internal import NIOCore

/// Fires when nothing has happened for a while. Belongs to one event loop.
///
/// Signs of life only note the time, since they come with every piece of a body; the timer looks back when it is due.
final class StallTimer {
    private let loop: any EventLoop
    private var limit = TimeAmount.zero
    private var lastSign = NIODeadline.uptimeNanoseconds(0)
    private var scheduled: Scheduled<Void>?
    private var fire: (() -> Void)?

    init(on loop: any EventLoop) { self.loop = loop }

    /// Starts anew: calls `fire` when `limit` has passed without a sign of life.
    func start(_ limit: Duration, fire: @escaping () -> Void) {
        stop()
        self.limit = TimeAmount(limit)
        self.fire = fire
        sign()
        schedule(at: lastSign + self.limit)
    }

    /// A sign of life.
    func sign() { lastSign = .now() }

    /// Stops without firing.
    func stop() {
        scheduled?.cancel()
        scheduled = nil
        fire = nil
    }

    private func schedule(at deadline: NIODeadline) {
        scheduled = loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in self?.look() }
    }

    private func look() {
        let due = lastSign + limit
        guard due <= .now() else { return schedule(at: due) }
        let fire = fire
        stop()
        fire?()
    }
}
