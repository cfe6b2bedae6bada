import LabNet

/// Examines one target: its own host, what is served there, and the hosts that are met on the way.
///
/// The own host's hellos come before any request, so that the ladder is seen rung by rung. Whom the requests lead to is looked
/// up at once, and greeted when the requests are over. The plain name comes last of all.
struct TargetExamination: Sendable {
    let target: Target
    let book: HostBook
    let elsewhere: ControlEndpoints
    let surroundings: Surroundings

    /// - Throws: `CancellationError`.
    func run() async throws(CancellationError) -> TargetFindings {
        let own = await book.host(target.origin, target.role)
        try await own.hellos()
        let (meetings, met) = AsyncStream<Meeting>.makeStream()
        async let companions = outcome { () throws(CancellationError) in try await names(of: meetings) }
        let (registry, log) = try await ask(own, met)
        let others = try await companions.get()
        let entries = log.entries
        await book.note(serving: entries.compactMap(\.endpoint))
        let hosts = [Companion(host: own, meeting: Meeting(origin: target.origin, role: target.role))] + others
        let found = try await concurrently(hosts) { companion throws(CancellationError) in
            try await companion.host.hellos()
            try await companion.host.plain(sparing: await book.serving, or: elsewhere)
            var findings = await companion.host.findings
            findings.role = companion.meeting.role
            findings.passage = entries.passage(to: companion.meeting.origin)
            return findings
        }
        return TargetFindings(target: target, hosts: found, registry: registry)
    }

    private struct Meeting: Hashable, Sendable {
        var origin: Origin
        var role: HostFindings.Role
    }

    private struct Companion: Sendable {
        var host: HostExamination
        var meeting: Meeting
    }

    /// Looks up each host as it is met; returns when nobody new can be met and all are looked up.
    private func names(of meetings: AsyncStream<Meeting>) async throws(CancellationError) -> [Companion] {
        let companions = await withTaskGroup(of: Void.self) { group in
            var companions: [Companion] = []
            for await meeting in meetings where !companions.contains(where: { $0.meeting.origin == meeting.origin }) {
                let host = await book.host(meeting.origin, meeting.role)
                companions.append(Companion(host: host, meeting: meeting))
                group.addTask { try? await host.names() }
            }
            return companions
        }
        if Task.isCancelled { throw CancellationError() }
        return companions
    }

    private func ask(
        _ own: HostExamination, _ met: AsyncStream<Meeting>.Continuation
    ) async throws(CancellationError) -> (RegistryFindings?, RequestLog) {
        defer { met.finish() }
        let home = target.origin
        let meet: @Sendable (Origin, HostFindings.Role) -> Void = { origin, role in
            if origin != home { met.yield(Meeting(origin: origin, role: role)) }
        }
        let log = RequestLog(before: surroundings.transport, home: home, since: surroundings.since, met: meet)
        let isProxied = surroundings.setting.proxy?.isUsed == true
        guard await own.isWorthAsking || isProxied else { return (nil, log) }
        let examination = RegistryExamination(target: target, log: log, surroundings: surroundings, met: meet)
        return (try await examination.run(), log)
    }
}
