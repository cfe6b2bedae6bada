/// Tells a body that crawls from one that is slow: a server that sends a byte now and then would hold a pull for ever, and
/// no limit on its silence would notice.
struct Pace: Hashable, Sendable {
    /// What the slowest line brings: 4 KiB, 68 bytes a second.
    static let least = 4096
    /// In so much time.
    static let window: Duration = .seconds(60)

    private var bytes = 0
    private var waited = Duration.zero

    /// Takes note of a piece.
    ///
    /// - Parameter wait: how long the server has let us wait for it; what we wait for ourselves is not the server's.
    /// - Returns: whether it is time to give the connection up.
    mutating func isCrawling(_ count: Int, after wait: Duration) -> Bool {
        bytes += count
        waited += wait
        guard bytes < Self.least else {
            self = Pace()
            return false
        }
        return waited >= Self.window
    }
}
