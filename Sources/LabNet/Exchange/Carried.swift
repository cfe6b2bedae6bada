internal import Synchronization

/// How many bytes of bodies a connection has brought, and whether that is proof of the way it goes.
///
/// Its handler counts on the event loop; whoever uses the connection looks from elsewhere.
final class Carried: Sendable {
    /// What proves a way, in bytes: some boxes let a handshake pass and freeze the stream after 16 to 20 kB.
    static let proof = 64 << 10

    private let bytes = Atomic<Int>(0)
    private let hasToldProof = Atomic<Bool>(false)
    private let wasProven: Bool

    /// Nothing yet.
    ///
    /// - Parameter wasProven: whether other connections have proved the same way already, or there is nothing to prove.
    init(wasProven: Bool) { self.wasProven = wasProven }

    /// The bytes so far.
    var count: Int { bytes.load(ordering: .relaxed) }

    /// Whether this connection itself is the proof.
    var isProof: Bool { count >= Self.proof }

    /// Whether its way has been proved, by this connection or another.
    var isProven: Bool { wasProven || isProof }

    /// Adds a piece of a body.
    ///
    /// - Returns: whether its way is proved now, and was not before.
    func add(_ count: Int) -> Bool {
        let (before, after) = bytes.add(count, ordering: .relaxed)
        return !wasProven && before < Self.proof && after >= Self.proof
    }

    /// True once, as soon as this connection itself is the proof: for whoever is to tell the memory.
    func isFirstProof() -> Bool {
        isProof && hasToldProof.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
    }
}
