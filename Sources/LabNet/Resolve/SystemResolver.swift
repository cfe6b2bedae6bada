internal import CAres
internal import Dispatch
internal import Synchronization

/// The ordinary way: what any program on this machine would find, by c-ares.
struct SystemResolver: NameResolving {
    /// Whom to ask; empty means the servers in resolv.conf.
    let servers: [Endpoint]
    /// Which families are asked for, and which servers may be touched.
    let policy: AddressFamilyPolicy

    /// Hands out the addresses in the order of RFC 6724, all trusted: nobody weighs them.
    ///
    /// - Throws: `NetworkError`; `CancellationError`.
    func resolve(
        _ name: String, observe: Observer, found: @escaping @Sendable (Candidate) -> Void
    ) async throws {
        let start = ContinuousClock.now
        let result = await run(name)
        try Task.checkCancellation()
        switch result {
        case .success(let addresses):
            let literals = addresses.map(\.description).joined(separator: " ")
            observe.record(.query(detail: "\(source): \(literals)"), host: name, since: start)
            for address in addresses { found(Candidate(address: address, trust: .trusted)) }
        case .failure(let failure):
            observe.record(.query(detail: "\(source): c-ares status \(failure.status)"), host: name, since: start)
            guard let cause = failure.cause(policy: policy) else { throw CancellationError() }
            throw NetworkError(step: .resolve, host: name, cause: cause)
        }
    }

    private var source: String {
        let asked = servers.filter { policy.allows($0.address.family) }
        return servers.isEmpty ? "resolv.conf" : asked.map(\.description).joined(separator: " ")
    }

    /// Runs the lookup on a thread of its own, for it blocks.
    private func run(_ name: String) async -> Result<[IPAddress], AresFailure> {
        let cancellation = Cancellation()
        let lookup = AresLookup(name: name, policy: policy, servers: servers) { cancellation.hasCome }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "resolve").async {
                    continuation.resume(returning: Result { () throws(AresFailure) in try lookup.run() })
                }
            }
        } onCancel: {
            cancellation.come()
        }
    }

    /// Carries the task's cancellation to the thread.
    private final class Cancellation: Sendable {
        private let flag = Atomic(false)
        var hasCome: Bool { flag.load(ordering: .relaxed) }
        func come() { flag.store(true, ordering: .relaxed) }
    }
}
