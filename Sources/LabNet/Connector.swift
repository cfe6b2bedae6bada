internal import Glibc
internal import NIOCore

/// Makes connections to origins: resolve, dial, secure. The HTTP on top of them is the transport's.
struct Connector: Sendable {
    let configuration: TransportConfiguration
    let resolver: any NameResolving
    let tls: TLSContext
    let proxies: ProxyEnvironment
    let observer: Observer
    let memory: DialMemory
    let handover: Handover
    let clock: any Clock<Duration>

    var isLab: Bool {
        if case .lab = configuration.mode { true } else { false }
    }

    /// What `-sni` asks for, or what is usual in this mode.
    var serverName: ServerNamePolicy { configuration.serverName ?? (isLab ? .auto : .always(.plain)) }

    /// Connects to an origin by whichever of its routes is up first.
    ///
    /// An attempt is the whole way: TCP, the proxy, TLS and the verified name. A box that accepts TCP and kills TLS
    /// loses the race like a dead address does.
    ///
    /// - Throws: `NetworkError` with every attempt's failure; `CancellationError`.
    func connect(to origin: Origin) async throws -> HTTP1Connection {
        let routes = try await routes(to: origin)
        let plan = StrategyPlan(
            routes, ladder: Ladder(origin: origin, policy: serverName),
            remembered: await memory.whatWorked(for: origin.host, on: routes.map(\.route)))
        let outcome = try await StaggeredRace(clock: clock).run(plan) { attempt in
            await result(of: attempt, to: origin)
        } discard: { connection in
            await connection.close()
        }
        switch outcome {
        case .won(let connection): return connection
        case .lost(let failures): throw defeat(failures.map(\.error), routes: routes.map(\.trust), origin: origin)
        }
    }

    private func result(of attempt: StrategyPlan.Attempt, to origin: Origin) async -> Result<
        HTTP1Connection, StrategyPlan.Failure
    > {
        do {
            return .success(try await connection(by: attempt, to: origin))
        } catch let failure as StrategyPlan.Failure {
            return .failure(failure)
        } catch let error as NetworkError {
            return .failure(.failed(error))
        } catch {
            // Cancelled: somebody else has won, or nobody waits any more. The race does not look at this.
            return .failure(
                .failed(NetworkError(step: .dial, host: origin.host.description, cause: .system(errno: ECANCELED))))
        }
    }

    /// What to say when no attempt was left.
    private func defeat(_ failures: [NetworkError], routes: [Candidate.Trust], origin: Origin) -> NetworkError {
        if let only = failures.first, failures.count == 1 { return only }
        // Nothing was tried: each route was in doubt, and a plain request would have shown the name to it.
        if failures.isEmpty {
            return NetworkError(
                step: .resolve, host: origin.host.description, cause: .onlyForgedAnswers(count: routes.count))
        }
        let step: Step = failures.contains { $0.step == .secure } ? .secure : .dial
        return NetworkError(
            step: step, host: origin.host.description, cause: .allAttemptsFailed, attempts: failures)
    }
}
