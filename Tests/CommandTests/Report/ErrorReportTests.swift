import LabNet
import Puller
import Testing

@testable import docker_tar_lab

@Suite struct ErrorReportTests {
    private func report(_ error: any Error, _ circumstances: Circumstances = Sample.circumstances) -> String {
        ErrorReport(circumstances: circumstances, language: .english).lines(for: error).joined(separator: "\n")
    }

    /// Names of Swift types and cases have no business before users.
    private let swiftWords = /Optional\(|NetworkError|PullError|\.some|Cause\.|errno:|Sentence\(|IPAddress|Digest\(/

    @Test(arguments: Sample.networkCauses)
    func everyNetworkErrorNamesStepEndpointCauseAndAdvice(cause: NetworkError.Cause) {
        for circumstances in [Sample.circumstances, Sample.lab] {
            for language in Language.allCases {
                for error in [Sample.network(cause), Sample.pull(.network(Sample.network(cause)))] as [any Error] {
                    let lines = ErrorReport(circumstances: circumstances, language: language).lines(for: error)
                    let text = lines.joined(separator: "\n")
                    #expect(lines[0].hasPrefix("docker-tar-lab: ") && lines[0].contains("nginx"))
                    #expect(text.contains("registry-1.docker.io") && text.contains("192.0.2.1:443"))
                    #expect(text.contains(Sentence.cause(cause).text(in: language)))
                    #expect(lines.contains { $0.contains(language == .english ? "Try:" : "建议：") })
                    #expect(!text.contains(swiftWords), "\(text)")
                }
            }
        }
    }

    @Test(arguments: Sample.pullCauses)
    func everyPullErrorToo(cause: PullError.Cause) {
        for step in [PullError.Step.authorise, .manifest, .config, .layer(Sample.digest(7)), .archive] {
            for language in Language.allCases {
                let lines = ErrorReport(circumstances: Sample.circumstances, language: language)
                    .lines(for: Sample.pull(cause, step: step))
                let text = lines.joined(separator: "\n")
                #expect(text.contains("registry-1.docker.io"))
                #expect(lines.contains { $0.contains(language == .english ? "Try:" : "建议：") }, "\(text)")
                #expect(!text.contains(swiftWords), "\(text)")
            }
        }
    }

    @Test func theWholeReport() {
        let attempts = [
            Sample.network(.refused, step: .dial), Sample.network(.resetAfterHello), Sample.network(.resetAfterHello),
        ]
        let error = NetworkError(
            step: .dial, host: "registry-1.docker.io", cause: .allAttemptsFailed, attempts: attempts)
        #expect(
            report(Sample.pull(.network(error))) == """
                docker-tar-lab: cannot pull nginx
                  Failed: asking registry-1.docker.io for the manifest.
                  Cause:  connecting to registry-1.docker.io: every attempt failed.
                  Tried:
                    connecting to registry-1.docker.io (192.0.2.1:443): the connection was refused
                    TLS with registry-1.docker.io (192.0.2.1:443): the connection was reset right after the ClientHello (2 times)
                  Try:    docker-tar-lab pull nginx -lab, which gets past forged DNS answers and boxes that read the name in TLS.
                  Try:    check that registry-1.docker.io is up, and the port.
                """)
    }

    /// Which strategy was tried where, what each met, and that none is left.
    @Test func strategiesAreATable() throws {
        func attempt(
            _ address: String, _ strategy: ServerNameStrategy?, _ cause: NetworkError.Cause, host: String = "a.example"
        ) throws -> NetworkError {
            NetworkError(
                step: strategy == nil ? .dial : .secure, host: host,
                endpoint: Endpoint(address: try #require(IPAddress(address)), port: 443), strategy: strategy,
                cause: cause)
        }
        let error = NetworkError(
            step: .secure, host: "a.example", cause: .allAttemptsFailed,
            attempts: try [
                attempt("192.0.2.1", .omit, .alert(112)), attempt("2001:db8::1", .omit, .alert(112)),
                attempt("192.0.2.1", .disorder, .resetAfterHello),
                attempt("2001:db8::1", .recordsAndSegments, .silenceAfterHello(.seconds(10))),
                attempt("192.0.2.3", nil, .refused), attempt("192.0.2.3", nil, .refused),
                attempt("192.0.2.4", nil, .leftAlone(.seconds(143))),
                attempt("127.0.0.1", nil, .timedOut(.seconds(10)), host: "proxy.lan"),
            ])
        #expect(
            report(Sample.pull(.network(error)), Sample.lab) == """
                docker-tar-lab: cannot pull nginx
                  Failed: asking registry-1.docker.io for the manifest.
                  Cause:  TLS with a.example: every attempt failed.
                  Tried:
                    192.0.2.1:443            omit              the server declined with TLS alert 112
                    [2001:db8::1]:443        omit              the server declined with TLS alert 112
                    192.0.2.1:443            disorder          the connection was reset right after the ClientHello
                    [2001:db8::1]:443        records+segments  silence for 10 s after the ClientHello
                    192.0.2.3:443            TCP               the connection was refused (2 times)
                    192.0.2.4:443            –                 left alone for another 143 s, since a box there reads the name
                    proxy.lan 127.0.0.1:443  TCP               nothing came back within 10 s
                  Try:    again in 143 s.
                  Try:    a smaller greeting or smaller segments, in case the path loses large ones: -hello small, -mss 536.
                  Try:    no strategy is left to try on this network; use another one, a mirror (-mirror HOST) or a proxy (-proxy URL).
                  Try:    check that a.example is up, and the port.
                  Try:    check that proxy.lan is up, and the port.
                """)
        #expect(ExitCode(error, isLab: true) == .interference)
        let chinese = ErrorReport(circumstances: Sample.lab, language: .chinese).lines(for: error)
        #expect(chinese.contains { $0.hasPrefix("    192.0.2.3:443            TCP 连接") })
    }

    @Test func oneStrategyAloneIsNamedInTheSentence() {
        var error = Sample.network(.resetAfterHello)
        error.strategy = .recordsAndSegments
        #expect(report(error, Sample.lab).contains("TLS with registry-1.docker.io (192.0.2.1:443, records+segments): "))
        error.strategy = .plain
        #expect(report(error).contains("TLS with registry-1.docker.io (192.0.2.1:443): "))
    }

    @Test func allAttemptsAreToldHoweverDeep() {
        let error = (1...30).reduce(Sample.network(.refused)) { inner, number in
            NetworkError(
                step: .dial, host: "h\(number)", cause: .allAttemptsFailed,
                attempts: [inner, NetworkError(step: .dial, host: "h\(number)", cause: .refused)])
        }
        let told = Attempts(of: error).lines(in: .english)
        #expect(told.count == 31)
        #expect(told.first?.contains("registry-1") == true)
    }

    @Test func anAbsentPlatformShowsThoseThatExist() {
        let text = report(Sample.pull(Sample.pullCauses[1]))
        #expect(text.contains("does not exist for s390x"))
        #expect(text.contains("    amd64  \(Sample.digest(1))"))
        #expect(text.contains("    armv7  \(Sample.digest(2))"))
        #expect(text.contains("-arch amd64"))
    }

    @Test func aCertificateComesWithTheFlagThatTrustsIt() {
        let flag = "-trust registry-1.docker.io=sha256:\(String(repeating: "ab", count: 32))"
        let text = report(Sample.network(.certificate(Sample.certificate())))
        #expect(text.contains(flag) && text.contains("compare") && text.contains("stranger.example"))
        let expired = report(Sample.network(.certificate(Sample.certificate(code: 10))))
        #expect(expired.contains("clock") && !expired.contains("-trust"))
        #expect((try? CertificatePin(String(flag.dropFirst("-trust ".count)))) != nil)
    }

    @Test func theRest() {
        struct Unheard: Error {}
        #expect(report(UsageError.missingImage).hasSuffix("See docker-tar-lab -help."))
        #expect(report(CancellationError()) == "docker-tar-lab: interrupted; nothing is left behind.")
        var keeping = Sample.circumstances
        keeping.keepsContent = true
        #expect(report(CancellationError(), keeping).contains("kept for the next run"))
        #expect(report(Unheard()).contains("internal error"))
        #expect(report(TrustError.unreadable(path: "/ca.pem", errno: 2)).contains("/ca.pem"))
    }
}

@Suite struct AdviceTests {
    private func advice(_ cause: NetworkError.Cause, _ circumstances: Circumstances) -> String {
        Advice.for(Sample.network(cause), circumstances).map(\.en).joined(separator: "\n")
    }

    private func advice(_ cause: PullError.Cause, _ circumstances: Circumstances = Sample.circumstances) -> String {
        Advice.for(Sample.pull(cause), circumstances).map(\.en).joined(separator: "\n")
    }

    @Test func interferenceLeadsToTheLabAndInTheLabElsewhere() {
        for cause in [
            NetworkError.Cause.resetAfterHello, .silenceAfterHello(.seconds(1)), .onlyForgedAnswers(count: 1),
        ] {
            #expect(advice(cause, Sample.circumstances).contains("docker-tar-lab pull nginx -lab"))
            #expect(!advice(cause, Sample.lab).contains("nginx -lab"))
        }
        #expect(advice(.resetAfterHello, Sample.lab).contains("-mirror"))
        #expect(advice(.onlyForgedAnswers(count: 1), Sample.lab).contains("-dns-servers"))
        #expect(advice(.timedOut(.seconds(10)), Sample.circumstances).contains("nginx -lab"))
        #expect(advice(.timedOut(.seconds(10)), Sample.lab).contains("-debug"))
    }

    @Test func oneStrategyThatWasChosenIsNotAllOfThem() {
        var chosen = Sample.lab
        chosen.hasChosenStrategy = true
        #expect(advice(.resetAfterHello, chosen).contains("without -sni"))
        #expect(!advice(.resetAfterHello, chosen).contains("no strategy is left"))
    }

    @Test func whoHasSeenTheNameIsNotToBeShownIt() {
        var shown = Sample.network(.resetAfterHello)
        shown.strategy = .records
        let error = NetworkError(
            step: .secure, host: "a.example", cause: .allAttemptsFailed, attempts: [Sample.network(.alert(112)), shown])
        var chosen = Sample.lab
        chosen.hasChosenStrategy = true
        #expect(!Advice.for(error, chosen).contains(.showName))
        #expect(advice(.alert(112), chosen).contains("-sni records+segments"))
        // Where the choice is lab mode's own, a server is declined only while its address is in doubt.
        #expect(!advice(.alert(112), Sample.lab).contains("-sni records+segments"))
    }

    /// Whoever has named a strategy and is to wait is not told to drop it: nothing is sent before the penalty is over.
    @Test func whatIsInItsPenaltyIsWaitedForWhateverTheStrategy() {
        var chosen = Sample.lab
        chosen.hasChosenStrategy = true
        let sentences = Advice.for(Sample.network(.leftAlone(.seconds(100))), chosen)
        #expect(sentences.first == .comeAgain(.seconds(100)))
    }

    /// A certificate that is only out of date is no censor's work: the network has not run out of strategies.
    @Test func aCertificateOutOfDateSpeaksOfTheClockInLabModeToo() {
        var problem = Sample.certificate()
        problem.code = 10
        #expect(advice(.certificate(problem), Sample.lab).contains("clock"))
        #expect(!advice(.certificate(problem), Sample.lab).contains("no strategy is left"))
    }

    @Test func whoAnswersInAResolversPlaceIsNotToBeTrusted() {
        let stranger = Sample.network(.certificate(Sample.certificate()), step: .resolve)
        let error = NetworkError(step: .resolve, host: "a.example", cause: .noAnswer, attempts: [stranger])
        let said = Advice.for(error, Sample.lab).map(\.en).joined(separator: "\n")
        #expect(!said.contains("-trust") && said.contains("tls://9.9.9.9"))
    }

    @Test func noCensorStandsBeforeOnesOwnHosts() {
        for host in ["localhost", "nas", "registry.lan", "127.0.0.1", "::1"] {
            let error = NetworkError(step: .dial, host: host, cause: .refused)
            let said = Advice.for(error, Sample.circumstances).map(\.en).joined()
            #expect(!said.contains("-lab") && said.contains(host))
        }
        var proxied = Sample.circumstances
        proxied.hasProxy = true
        let error = NetworkError(step: .dial, host: "proxy.lan", cause: .refused)
        #expect(Advice.for(error, proxied) == [.checkProxy])
    }

    @Test func aCertificateThatIsOnlyOldIsNoCensorsWork() {
        let said = advice(.certificate(Sample.certificate(code: 10)), Sample.circumstances)
        #expect(said.contains("clock") && !said.contains("-lab"))
    }

    @Test func everyCauseHasItsOwn() {
        #expect(advice(.noAddressInFamily(.ip6), Sample.circumstances).contains("-network ip."))
        #expect(advice(.proxyRefused(code: 407), Sample.circumstances).contains("USER:PASSWORD"))
        #expect(advice(.tls("wrong version number"), Sample.circumstances).contains("-plain-http"))
        #expect(advice(.noAnswer, Sample.lab).contains("-resolve registry-1.docker.io="))
        #expect(advice(.unauthorised(status: 401, "")).contains("-username"))
        var loggedIn = Sample.circumstances
        loggedIn.hasCredential = true
        #expect(!advice(.unauthorised(status: 401, ""), loggedIn).contains("-username"))
        #expect(advice(.rateLimited("", retryAfter: .seconds(30))).contains("30 s"))
        #expect(advice(.rateLimited("", retryAfter: nil)).contains("-username"))
        var careful = Sample.circumstances
        careful.refusesToReplace = true
        #expect(advice(.exists, careful).contains("-no-clobber"))
        #expect(!advice(.exists).contains("-no-clobber"))
        #expect(advice(.disk(errno: 28)).contains("make room"))
        #expect(advice(.disk(errno: 36)).contains("shorter"))
    }

    @Test func nothingIsSaidTwice() {
        let error = NetworkError(
            step: .dial, host: "h", cause: .allAttemptsFailed,
            attempts: Array(repeating: Sample.network(.certificate(Sample.certificate())), count: 5))
        let said = Advice.for(error, Sample.lab)
        #expect(Set(said).count == said.count)
    }

    @Test func manyResolversThatFailAlikeAreOneLine() {
        let silent = (1...25).map { number in
            NetworkError(
                step: .resolve, host: "a.example",
                endpoint: IPAddress(bytes: [192, 0, 2, UInt8(number)]).map { Endpoint(address: $0, port: 53) },
                cause: .timedOut(.seconds(2)))
        }
        let told = Attempts(of: NetworkError(step: .resolve, host: "a.example", cause: .noAnswer, attempts: silent))
        #expect(
            told.lines(in: .english) == ["looking up a.example: nothing came back within 2 s (25 times)"])
    }
}
