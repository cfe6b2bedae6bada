import LabNet
import NIOHTTP1
import Puller

/// Examines this machine's line: the control host, its page over plain HTTP, and the proxy.
struct LineExamination: Sendable {
    let control: HostExamination
    let surroundings: Surroundings

    /// How long the page is waited for, and a proxy.
    private static let limit = Duration.seconds(6)

    /// The line as far as it can be seen without the targets.
    ///
    /// - Throws: `CancellationError`.
    func run() async throws(CancellationError) -> Line {
        async let proxied = outcome { () throws(CancellationError) in try await proxy() }
        async let shown = outcome { () throws(CancellationError) in
            try await control.names()
            return try await page()
        }
        try await control.asControl()
        let (seen, entries) = try await shown.get()
        var findings = await control.findings
        findings.passage = entries.passage(to: pageOrigin)
        var line = Line(control: findings, proxy: try await proxied.get())
        line.portal = seen?.portal
        if line.portal == nil { line.clockOffset = seen?.clockOffset }
        return line
    }
}

// MARK: The page

extension LineExamination {
    private struct Page: Sendable {
        var portal: String?
        var clockOffset: Duration?
    }

    private var pageOrigin: Origin {
        Origin(scheme: .http, host: surroundings.setting.control.host, port: surroundings.setting.control.pagePort)
    }

    /// By the control host's name, or, where no address of it is believed, at those that its name is answered with: a portal
    /// stands there.
    private func page() async throws(CancellationError) -> (Page?, [RequestLog.Entry]) {
        let log = RequestLog(before: surroundings.transport, home: pageOrigin, since: surroundings.since)
        if let page = try await page(at: pageOrigin, by: log) { return (page, log.entries) }
        let findings = await control.findings
        let named = (findings.lookup?.candidates.map(\.address) ?? []) + (findings.system?.addresses ?? [])
        for address in named.prefix(2) {
            let origin = Origin(scheme: .http, host: .address(address), port: pageOrigin.port)
            if var page = try await page(at: origin, by: log) {
                // Without the host's name a true server may say anything but lead elsewhere.
                page.clockOffset = nil
                return (page, log.entries)
            }
        }
        return (nil, log.entries)
    }

    private func page(at origin: Origin, by log: RequestLog) async throws(CancellationError) -> Page? {
        var request = HTTPRequest(url: HTTPURL(origin: origin, target: "/"))
        request.followsRedirects = false
        let now = surroundings.wallClock
        let control = surroundings.setting.control.host
        let answer = try await limited(to: Self.limit, clock: surroundings.clock) {
            [request] () throws(CancellationError) -> Page? in
            do {
                return try await log.exchange(request) { response in
                    let date = response.headers.first(name: "Date").flatMap { HTTPDate.secondsSince1970($0) }
                    return Page(
                        portal: Self.portal(response, to: request.url, instead: control),
                        clockOffset: date.map { .seconds(now() - $0) })
                }
            } catch {
                if error is CancellationError || Task.isCancelled { throw CancellationError() }
                return nil
            }
        }
        return answer ?? nil
    }

    /// Where a portal leads that answers in the control host's place: 511 (RFC 6585 6), or a redirect to somebody else.
    static func portal(_ response: HTTPResponse, to url: HTTPURL, instead control: Host) -> String? {
        let place = response.headers.first(name: "Location").flatMap { url.resolving($0) }
        if response.status == 511 { return place?.withoutQuery ?? url.withoutQuery }
        guard (300...399).contains(response.status), let place else { return nil }
        let host = place.origin.host.description
        let own = [control.description, url.origin.host.description]
        guard !own.contains(where: { host == $0 || host.hasSuffix("." + $0) }) else { return nil }
        return place.withoutQuery
    }
}

// MARK: The proxy

extension LineExamination {
    private func proxy() async throws(CancellationError) -> Line.ProxyFindings? {
        guard let proxy = surroundings.setting.proxy else { return nil }
        let server = proxy.server
        var findings = Line.ProxyFindings(
            place: "\(server.kind.rawValue)://\(server.host.bracketed):\(server.port)", isUsed: proxy.isUsed,
            failure: try await reach(server))
        if findings.failure == nil, proxy.isUsed { findings.failure = try await refusal() }
        return findings
    }

    private func reach(_ server: ProxyServer) async throws(CancellationError) -> NetworkError.Cause? {
        let addresses: [IPAddress]
        switch server.host {
        case .address(let address): addresses = [address]
        case .name(let name):
            let answer = try await surroundings.transport.systemAnswer(to: name)
            guard !answer.addresses.isEmpty else { return answer.failure ?? .noAnswer }
            addresses = answer.addresses
        }
        var failure: NetworkError.Cause?
        for address in addresses.prefix(3) {
            let endpoint = Endpoint(address: address, port: server.port)
            let transport = surroundings.transport
            let reached = try await limited(to: Self.limit, clock: surroundings.clock) { () throws(CancellationError) in
                try await transport.reach(endpoint, for: server.host)
            }
            failure = reached.map(\.failure) ?? .timedOut(Self.limit)
            if failure == nil { return nil }
        }
        return failure
    }

    /// Why the proxy does not carry a connection to the control host, where that is the proxy's doing.
    private func refusal() async throws(CancellationError) -> NetworkError.Cause? {
        let transport = surroundings.transport
        let request = HTTPRequest(url: HTTPURL(origin: surroundings.setting.control.origin, target: "/"))
        let failure = try await limited(to: Self.limit, clock: surroundings.clock) {
            () throws(CancellationError) -> NetworkError.Cause? in
            do {
                try await transport.exchange(request) { _ in }
                return nil
            } catch let error as NetworkError {
                return ([error] + error.attempts).lazy.compactMap(\.cause.ofProxy).first
            } catch {
                if error is CancellationError || Task.isCancelled { throw CancellationError() }
                return nil
            }
        }
        return failure ?? nil
    }
}

extension NetworkError.Cause {
    /// The cause, where only a proxy can be it.
    fileprivate var ofProxy: NetworkError.Cause? {
        switch self {
        case .proxyRefused, .proxyProtocol: self
        default: nil
        }
    }
}
