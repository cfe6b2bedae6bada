// One step at a time, for an examination. Each goes direct, whatever proxy is configured: it is the line that is looked at.

extension Connector {
    /// See ``Examining/reach(_:for:)``.
    func reach(_ endpoint: Endpoint, for host: Host) async throws(CancellationError) -> Reached {
        let start = ContinuousClock.now
        do {
            let socket = try await connect(to: endpoint, for: host)
            let elapsed = ContinuousClock.now - start
            socket.close()
            return Reached(failure: nil, elapsed: elapsed)
        } catch let error as NetworkError {
            return Reached(failure: error.cause, elapsed: .now - start)
        } catch {
            throw CancellationError()
        }
    }

    /// See ``Examining/greet(_:)``.
    func greet(_ greeting: Greeting) async throws(CancellationError) -> Greeted {
        let route = Route(endpoint: greeting.endpoint)
        var (roundTrip, elapsed) = (Duration?.none, Duration.zero)
        let outcome: Greeted.Outcome
        do {
            try await checkPenalty(on: route, for: greeting.host)
            let start = ContinuousClock.now
            let socket = try await connect(
                to: greeting.endpoint, for: greeting.host, segmentSize: greeting.segmentSize)
            let distance = ContinuousClock.now - start
            roundTrip = distance
            try await checkPenalty(on: route, for: greeting.host)
            let shaken = await shakeHands(on: socket, hello(greeting, roundTrip: distance))
            elapsed = shaken.elapsed
            let (channel, summary) = try shaken.result.get()
            await channel.closeNow()
            outcome = .verified(summary.protocolVersion)
        } catch let failure as StrategyPlan.Failure {
            outcome = .failed(failure.error.step, failure.error.cause)
        } catch let error as NetworkError {
            outcome = .failed(error.step, error.cause)
        } catch {
            throw CancellationError()
        }
        return Greeted(roundTrip: roundTrip, elapsed: elapsed, outcome: outcome)
    }

    private func hello(_ greeting: Greeting, roundTrip: Duration) -> Hello {
        Hello(
            host: greeting.host, port: greeting.endpoint.port, strategy: greeting.strategy,
            route: Route(endpoint: greeting.endpoint),
            limit: greeting.patience.map { $0 + roundTrip } ?? configuration.timeouts.handshake,
            patience: patience(with: greeting.strategy, roundTrip: roundTrip), isTrial: true)
    }
}
