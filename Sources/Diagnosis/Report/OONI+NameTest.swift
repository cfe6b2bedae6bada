internal import LabNet

extension OONI {
    /// The test `sni-blocking` at one endpoint: the true name beside another name.
    struct NameTest: Encodable {
        let control: Subresult
        /// One of the test's own words: `interference.reset`, `anomaly.timeout`, `success.got_server_hello`, …
        let result: String
        let target: Subresult
        let xHost: String

        struct Subresult: Encodable {
            let failure: OrNull<String>
            let networkEvents: OrNull<[NetworkEvent]> = OrNull(nil)
            let queries: OrNull<[Query]> = OrNull(nil)
            let sni: String
            let tcpConnect: OrNull<[TCPConnect]> = OrNull(nil)
            let thAddress: String
            let tlsHandshakes: [TLSHandshake]
        }
    }
}

extension OONI.NameTest {
    /// One for each endpoint at which both names were said without any disguise.
    static func list(_ host: HostFindings) -> [OONI.NameTest] {
        host.greetings.compactMap { target in
            guard target.greeting.strategy == .plain, let said = Subresult(target) else { return nil }
            let controls = host.greetings.filter {
                $0.greeting.endpoint == target.greeting.endpoint && $0.greeting.strategy.isAnotherName
            }
            guard let control = controls.first, let other = Subresult(control) else { return nil }
            return OONI.NameTest(
                control: other, result: result(of: said.failure.value, control: other.failure.value), target: said,
                xHost: host.origin.host.description)
        }
    }

    /// How the test words what it has seen (`ts-024-sni-blocking`).
    static func result(of target: String?, control: String?) -> String {
        switch target {
        case nil, "ssl_invalid_hostname": "success.got_server_hello"
        case "connection_reset": "interference.reset"
        case "eof_error": "interference.closed"
        case "ssl_invalid_certificate": "interference.invalid_certificate"
        case "ssl_unknown_authority": "interference.unknown_authority"
        case "generic_timeout_error" where control == nil || control == "ssl_invalid_hostname": "anomaly.timeout"
        case "generic_timeout_error", "connection_refused", "host_unreachable", "network_unreachable":
            "anomaly.test_helper_unreachable"
        default: "anomaly.unexpected_failure"
        }
    }
}

extension OONI.NameTest.Subresult {
    /// Takes the first trial that was made; nil where an endpoint in its penalty was left alone.
    fileprivate init?(_ trials: HostFindings.Trials) {
        guard let first = trials.results.first(where: { !$0.outcome.isLeftAlone }) else { return nil }
        var failure: String?
        if case .failed(_, let cause) = first.outcome { failure = OONI.failure(cause) }
        self.init(
            failure: .init(failure), sni: trials.greeting.serverName, thAddress: "\(trials.greeting.endpoint)",
            tlsHandshakes: [OONI.TLSHandshake(trials, first)].compactMap(\.self))
    }
}

extension ServerNameStrategy {
    fileprivate var isAnotherName: Bool {
        if case .alter = self { return true }
        return false
    }
}
