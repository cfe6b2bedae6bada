internal import Synchronization

/// Something that happened, told from one task to another.
final class Flag: Sendable {
    private let state = Atomic(false)

    /// Whether it happened.
    var isRaised: Bool { state.load(ordering: .acquiring) }

    /// It happened.
    func raise() { state.store(true, ordering: .releasing) }
}
