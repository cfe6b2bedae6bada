internal import Glibc
internal import LabNet

/// What went wrong, in the strings of `df-007-errors`; what they have no word for is an `unknown_failure`.
extension OONI {
    /// The failure of a step.
    static func failure(_ cause: NetworkError.Cause) -> String {
        switch cause {
        case .noSuchName: "dns_nxdomain_error"
        case .noAnswer, .timedOut, .silenceAfterHello: "generic_timeout_error"
        case .noAddressInFamily: "dns_no_answer"
        case .onlyForgedAnswers(let count): unknown("only_forged_answers \(count)")
        case .refused: "connection_refused"
        case .unreachable(let number), .system(let number): failure(errno: number)
        case .proxyRefused(let code): unknown("proxy_refused \(code)")
        case .proxyProtocol(let words): unknown("proxy_protocol \(words)")
        case .leftAlone: unknown("left_alone")
        case .outOfReach: unknown("out_of_reach")
        case .resetAfterHello, .reset: "connection_reset"
        case .closedAfterHello, .closedEarly: "eof_error"
        case .alert, .tls: "ssl_failed_handshake"
        case .certificate(let problem): failure(problem)
        case .protocolViolation(let words): unknown("http_protocol \(words)")
        case .redirect(let words): unknown("http_redirect \(words)")
        case .allAttemptsFailed: unknown("all_attempts_failed")
        }
    }

    /// The failure of an exchange: that of its first attempt where all failed.
    static func failure(_ error: NetworkError) -> String {
        if error.cause == .allAttemptsFailed, let first = error.attempts.first { return failure(first) }
        return failure(error.cause)
    }

    /// By OpenSSL's codes: 62 to 64 speak of the name, 2, 18 to 21 and 27 of the issuer.
    private static func failure(_ problem: NetworkError.CertificateProblem) -> String {
        switch problem.code {
        case 62...64: "ssl_invalid_hostname"
        case 2, 18...21, 27: "ssl_unknown_authority"
        default: "ssl_invalid_certificate"
        }
    }

    /// An error of the system's.
    static func failure(errno number: Int32) -> String {
        switch number {
        case ECONNREFUSED: "connection_refused"
        case ECONNRESET: "connection_reset"
        case ECONNABORTED: "connection_aborted"
        case EHOSTUNREACH: "host_unreachable"
        case ENETUNREACH: "network_unreachable"
        case ENETDOWN: "network_down"
        case ENETRESET: "network_reset"
        case ETIMEDOUT: "generic_timeout_error"
        default: unknown("errno \(number)")
        }
    }

    /// What an answer says that yields no address; nil for one that does.
    static func failure(_ claim: DNSClaim?) -> String? {
        switch claim {
        case .addresses, .alias: nil
        case .noData: "dns_no_answer"
        case .noSuchName: "dns_nxdomain_error"
        case .failure(2): "dns_servfail_error"
        case .failure(5): "dns_refused_error"
        case .failure: "dns_server_misbehaving"
        case nil: unknown("truncated")
        }
    }

    /// What the strings have no word for.
    static func unknown(_ words: String) -> String { "unknown_failure: \(words)" }
}
