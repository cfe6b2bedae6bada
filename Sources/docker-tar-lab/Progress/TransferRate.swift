/// How fast bytes arrive, smoothed over a few seconds, so that the number can be read and an estimate holds still.
struct TransferRate: Hashable, Sendable {
    private var perSecond = 0.0
    private var bytes: Int64 = 0
    private var time: Duration?

    /// Takes note of a count that has been reached. Counts that come close together are taken as one.
    mutating func note(_ bytes: Int64, at now: Duration) {
        guard let time, bytes >= self.bytes else {
            self = TransferRate()
            self.bytes = bytes
            self.time = now
            return
        }
        let elapsed = (now - time) / .seconds(1)
        guard elapsed >= 0.2 else { return }
        let measured = Double(bytes - self.bytes) / elapsed
        let weight = perSecond == 0 ? 1 : elapsed / (elapsed + Self.memory)
        perSecond += (measured - perSecond) * weight
        self.bytes = bytes
        self.time = now
    }

    /// Bytes per second as of now; it sinks while nothing arrives.
    func current(at now: Duration) -> Double {
        guard let time else { return 0 }
        let silence = max(0, (now - time) / .seconds(1) - 1)
        return perSecond * Self.memory / (silence + Self.memory)
    }

    /// The seconds that so many bytes take at the present speed; nil for none, and while it cannot be said.
    func secondsLeft(for rest: Int64, at now: Duration) -> Int64? {
        let speed = current(at: now)
        guard speed >= 1, rest > 0 else { return nil }
        let seconds = (Double(rest) / speed).rounded(.up)
        return seconds < 360_000 ? Int64(seconds) : nil
    }

    /// Seconds after which a new speed counts as much as the old one.
    private static let memory = 3.0
}
