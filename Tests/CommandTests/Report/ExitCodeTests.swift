import Diagnosis
import LabNet
import Puller
import Testing

@testable import docker_tar_lab

@Suite struct ExitCodeTests {
    @Test(arguments: [
        (PullError.Cause.notFound(""), ExitCode.notFound),
        (.noSuchPlatform(wanted: Platform(os: "linux", architecture: "arm"), available: []), .notFound),
        (.unsupported(""), .notFound),
        (.unauthorised(status: 401, ""), .notAuthorised),
        (.unauthorised(status: 403, ""), .notAuthorised),
        (.realmRefused(""), .notAuthorised),
        (.credential(.helperMissing), .notAuthorised),
        (.foreignRefused(""), .notFound), (.onePlatformLayout, .usage),
        (.nameless, .usage), (.sameName(Sample.digest(1), Sample.digest(2)), .usage),
        (.daemon(""), .network), (.noDaemon([]), .network), (.daemonAddress(""), .usage),
        (.rateLimited("", retryAfter: nil), .rateLimited),
        (.status(500, ""), .network),
        (.malformed(""), .network),
        (.digestMismatch(expected: Sample.digest(1), actual: Sample.digest(2)), .verification),
        (.sizeMismatch(expected: 1, actual: 2), .verification),
        (.diffIDMismatch(expected: Sample.digest(1), actual: Sample.digest(2)), .verification),
        (.undecodable(""), .verification),
        (.disk(errno: 28), .disk),
        (.exists, .disk),
        (.network(Sample.network(.refused)), .network),
        (.network(Sample.network(.resetAfterHello)), .interference),
    ])
    func pullErrors(cause: PullError.Cause, expected: ExitCode) {
        for isLab in [false, true] { #expect(ExitCode(Sample.pull(cause), isLab: isLab) == expected) }
    }

    @Test(arguments: [
        (NetworkError.Cause.onlyForgedAnswers(count: 2), ExitCode.interference, ExitCode.interference),
        (.leftAlone(.seconds(143)), .interference, .interference),
        (.resetAfterHello, .interference, .interference),
        (.silenceAfterHello(.seconds(10)), .interference, .interference),
        (.certificate(Sample.certificate()), .network, .interference),
        (.certificate(Sample.certificate(code: 62)), .network, .interference),
        (.certificate(Sample.certificate(code: 9)), .network, .network),
        (.certificate(Sample.certificate(code: 10)), .network, .network),
        (.closedAfterHello, .network, .network),
        (.alert(40), .network, .network),
        (.noSuchName, .network, .network),
        (.noAnswer, .network, .network),
        (.noAddressInFamily(.ip6), .network, .network),
        (.refused, .network, .network),
        (.timedOut(.seconds(1)), .network, .network),
        (.proxyRefused(code: 407), .network, .network),
        (.reset, .network, .network),
        (.closedEarly, .network, .network),
        (.system(errno: 24), .network, .network),
        (.allAttemptsFailed, .network, .network),
    ])
    func networkErrors(cause: NetworkError.Cause, ordinary: ExitCode, lab: ExitCode) {
        let error = Sample.network(cause)
        #expect(ExitCode(error, isLab: false) == ordinary)
        #expect(ExitCode(error, isLab: true) == lab)
        // However deep it lies below what failed in the end.
        let inner = NetworkError(
            step: .dial, host: "h", cause: .allAttemptsFailed, attempts: [Sample.network(.refused), error])
        let outer = NetworkError(step: .exchange, host: "h", cause: .allAttemptsFailed, attempts: [inner])
        #expect(ExitCode(outer, isLab: false) == ordinary)
        #expect(ExitCode(Sample.pull(.network(outer)), isLab: true) == lab)
    }

    @Test func nameThatIsDeclinedInEveryDisguiseIsInterferenceInLabMode() {
        let attempts = [ServerNameStrategy.omit, .disorder, .records].map { strategy in
            NetworkError(step: .secure, host: "h", strategy: strategy, cause: .alert(40))
        }
        let error = NetworkError(step: .secure, host: "h", cause: .allAttemptsFailed, attempts: attempts)
        #expect(ExitCode(error, isLab: true) == .interference)
        #expect(ExitCode(error, isLab: false) == .network)
        // One hello with the name is not enough: a server may have its reasons.
        let single = NetworkError(
            step: .secure, host: "h", cause: .allAttemptsFailed, attempts: Array(attempts.prefix(2)))
        #expect(ExitCode(single, isLab: true) == .network)
    }

    @Test func theRest() {
        struct Unheard: Error {}
        #expect(ExitCode(UsageError.missingAction, isLab: true) == .usage)
        #expect(ExitCode(TrustError.unreadable(path: "/x", errno: 2), isLab: false) == .usage)
        #expect(ExitCode(CancellationError(), isLab: false) == .interrupted)
        #expect(ExitCode(Unheard(), isLab: false) == .internal)
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130])
    }

    @Test func overSeveralTargetsTheWorstCounts() {
        func code(_ outcomes: (Condition, way: Bool)...) -> ExitCode {
            ExitCode(
                worstOf: outcomes.map {
                    Assessment(
                        target: SampleFindings.hub, condition: $0.0, reasons: [], ways: $0.way ? [.ordinary] : [])
                })
        }
        #expect(code((.clear, true), (.tunnel, true)) == .done)
        #expect(code((.clear, true), (.down, false)) == .network)
        #expect(code((.down, false), (.dns, true)) == .obstructed)
        #expect(code((.dns, true), (.sni, false), (.offline, false)) == .interference)
        #expect(code() == .done)
    }
}
