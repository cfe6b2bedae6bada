internal import Synchronization

/// Turns names into addresses.
package protocol NameResolving: Sendable {
    /// Looks a name up and hands out each candidate as soon as there is enough evidence for it; returns when nothing more
    /// can come. An address may be handed out again when its trust has changed.
    ///
    /// Who has what he needs cancels the task.
    ///
    /// - Throws: `NetworkError` of the step `resolve` when there was no candidate at all; `CancellationError`.
    func resolve(
        _ name: String, observe: Observer, found: @escaping @Sendable (Candidate) -> Void
    ) async throws
}

extension NameResolving {
    /// All candidates for a name, the trusted first, otherwise in the order in which they were found; never empty.
    ///
    /// - Throws: as ``resolve(_:observe:found:)`` does.
    package func candidates(for name: String, observe: Observer) async throws -> [Candidate] {
        let all = Mutex<[Candidate]>([])
        try await resolve(name, observe: observe) { candidate in
            all.withLock { all in
                if let index = all.firstIndex(where: { $0.address == candidate.address }) {
                    all[index] = candidate
                } else {
                    all.append(candidate)
                }
            }
        }
        let found = all.withLock(\.self)
        return found.filter { $0.trust == .trusted } + found.filter { $0.trust != .trusted }
    }
}
