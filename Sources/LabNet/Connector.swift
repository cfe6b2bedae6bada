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
    let search = WaySearch()

    var isLab: Bool {
        if case .lab = configuration.mode { true } else { false }
    }

    /// What `-sni` asks for, or what is usual in this mode.
    var serverName: ServerNamePolicy { configuration.serverName ?? (isLab ? .auto : .always(.plain)) }

    var race: StaggeredRace { StaggeredRace(clock: clock) }

    /// Connects to an origin by whichever of its routes is up first.
    ///
    /// An attempt is the whole way: TCP, the proxy, TLS and the verified name. A box that accepts TCP and kills TLS
    /// loses the race like a dead address does. What has worked before is dialled before the name is looked up; where
    /// nothing has, and a ladder is to be climbed, one connection climbs it for all.
    ///
    /// - Parameter reach: no address beyond it is dialled.
    /// - Throws: `NetworkError` with every attempt's failure; `CancellationError`.
    func connect(to origin: Origin, within reach: Reach = .anywhere) async throws -> HTTP1Connection {
        let claim = search.claim(origin, within: reach)
        do {
            let connection = try await connect(to: origin, within: reach, claim)
            claim.end(.found)
            return connection
        } catch let error as NetworkError {
            claim.end(.failed(error))
            throw error
        } catch {
            claim.end(.cancelled)
            throw error
        }
    }

    private func connect(
        to origin: Origin, within reach: Reach, _ claim: WaySearch.Claim
    ) async throws -> HTTP1Connection {
        let ladder = Ladder(origin: origin, policy: serverName)
        var claim = ladder.isLong ? claim : nil
        var known = try await knownWays(to: origin, within: reach)
        if known.isEmpty, let search = claim {
            let isMine = try await hasTaken(search)
            known = try await knownWays(to: origin, within: reach)
            // Behind a proxy, what was found is remembered by routes that have yet to be found.
            if !isMine, known.isEmpty { claim = nil }
        }
        var plan = StrategyPlan(ladder: ladder)
        for way in known { plan.hear(.known(way.route, way.strategy)) }
        let outcome = try await race.run(plan) { [claim] tell in
            await findRoutes(to: origin, within: reach, claim: claim, tell)
        } attempt: { attempt, tell in
            await result(of: attempt, to: origin) { tell(.quiet(attempt, isConnected: $0)) }
        } discard: { connection in
            await connection.close()
        }
        switch outcome {
        case .won(let connection): return connection
        case .lost(let plan): throw plan.defeat(host: origin.host)
        }
    }

    /// Waits until the search is this connection's, or until somebody else's has found something: whether it is ours.
    ///
    /// - Throws: what the other search failed with: it met everything that this one would meet. `CancellationError`.
    private func hasTaken(_ claim: WaySearch.Claim) async throws -> Bool {
        let part = await claim.take()
        try Task.checkCancellation()
        if case .over(.failed(let error)) = part { throw error }
        return part == .mine
    }

    /// Tells the plan of every route as it is found, once the search is this connection's or over.
    private func findRoutes(
        to origin: Origin, within reach: Reach, claim: WaySearch.Claim?,
        _ tell: @escaping StaggeredRace.Tell<StrategyPlan>
    ) async {
        do {
            if let claim, try await !hasTaken(claim) {
                // What somebody else has found meanwhile goes first.
                for way in try await knownWays(to: origin, within: reach) { tell(.known(way.route, way.strategy)) }
            }
            let (routes, found) = AsyncStream.makeStream(of: FoundRoute.self)
            async let lookup: Void = {
                defer { found.finish() }
                try await findRoutes(to: origin, within: reach) { found.yield($0) }
            }()
            for await item in routes {
                tell(.found(item.route, item.trust, await memory.record(of: item.route, for: origin.host)))
            }
            try await lookup
        } catch let error as NetworkError {
            tell(.unresolved(error))
        } catch {
            // Cancelled: the race is over.
        }
    }

    private func result(
        of attempt: StrategyPlan.Attempt, to origin: Origin, quiet: @escaping @Sendable (_ isConnected: Bool) -> Void
    ) async -> Result<HTTP1Connection, StrategyPlan.Failure> {
        do {
            return .success(try await connection(by: attempt, to: origin, quiet: quiet))
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
}
