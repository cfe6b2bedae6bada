internal import CAres
internal import Dispatch
internal import Glibc

/// The ordinary way: what any program on this machine would find, by c-ares.
struct SystemResolver: Sendable {
    /// Whom to ask; empty means the servers in resolv.conf.
    let servers: [Endpoint]
    /// Which families are asked for, and which servers may be touched.
    let policy: AddressFamilyPolicy

    /// The addresses in the order of RFC 6724, all trusted: nobody weighs them.
    ///
    /// - Throws: `NetworkError`; `CancellationError`.
    func candidates(for name: String, observe: Observer) async throws -> [Candidate] {
        let start = ContinuousClock.now
        let result = try await run(name)
        try Task.checkCancellation()
        switch result {
        case .success(let addresses):
            let found = addresses.map(\.description).joined(separator: " ")
            observe.record(.query(detail: "\(source): \(found)"), host: name, since: start)
            return addresses.map { Candidate(address: $0, trust: .trusted) }
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

    /// Runs the lookup on a thread of its own, for it blocks; cancellation reaches it through a pair of sockets.
    private func run(_ name: String) async throws -> Result<[IPAddress], AresFailure> {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw NetworkError(step: .resolve, host: name, cause: .system(errno: errno))
        }
        let (reading, writing) = (ends[0], ends[1])
        defer {
            close(reading)
            close(writing)
        }
        let lookup = AresLookup(name: name, policy: policy, servers: servers, interruption: reading)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "resolve").async {
                    continuation.resume(returning: Result { () throws(AresFailure) in try lookup.run() })
                }
            }
        } onCancel: {
            // One byte always fits into an empty socket.
            _ = write(writing, [1], 1)
        }
    }
}
