import LabNet
import NIOCore
internal import Synchronization

/// Which clients are in their penalty (residual censorship), by client address; one box stands before one endpoint.
final class ResidualMemory: Sendable {
    private let duration: TimeAmount?
    private let now: @Sendable () -> NIODeadline
    private let ends = Mutex<[IPAddress: NIODeadline]>([:])

    init(lasting duration: Duration?, now: @escaping @Sendable () -> NIODeadline) {
        self.duration = duration.map(TimeAmount.init)
        self.now = now
    }

    func begin(for client: IPAddress) {
        guard let duration else { return }
        let end = now() + duration
        ends.withLock { $0[client] = end }
    }

    func holds(_ client: IPAddress) -> Bool {
        let now = now()
        return ends.withLock { ends in ends[client].map { now < $0 } ?? false }
    }
}
