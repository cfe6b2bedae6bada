@testable import LabNet
import Testing

@testable import docker_tar_lab

@Suite struct BadArgumentTests {
    @Test(arguments: [
        ("", UsageError.missingAction),
        ("-lab", .missingAction),
        ("-image nginx", .missingAction),
        ("pull", .missingImage),
        ("-action list", .missingImage),
        ("pul nginx", .unknownAction("pul", nearest: .pull)),
        ("-action lst -image x", .unknownAction("lst", nearest: .list)),
        ("nginx", .unknownAction("nginx", nearest: nil)),
        ("-action pull list nginx", .twoActions("pull", "list")),
        ("list nginx alpine", .unexpectedWord("alpine")),
        ("list -image nginx alpine", .twoImages("nginx", "alpine")),
        ("pull nginx -lab false", .unexpectedWord("false")),
        ("list nginx -output a.tar", .foreignFlag(.output, .list)),
        ("list nginx -arch arm64", .foreignFlag(.arch, .list)),
        ("list nginx -no-clobber", .foreignFlag(.noClobber, .list)),
        ("pull nginx -json", .foreignFlag(.json, .pull)),
        ("pull nginx -password a -password-stdin -username u", .conflict("-password", "-password-stdin")),
        ("pull nginx -password a", .needs(.password, "-username")),
        ("pull nginx -password-stdin", .needs(.passwordStdin, "-username")),
        ("pull nginx -username u", .noPassword),
        ("pull nginx -username u -password-stdin", .noPasswordOnInput),
        ("pull nginx -username= -password x", .invalidValue(.username, "", .expectedSomething)),
        ("pull nginx -login m.example", .invalidValue(.login, "m.example", .expectedAccount)),
        ("pull nginx -login =me", .invalidValue(.login, "=me", .expectedAccount)),
        ("pull nginx -login m.example=", .invalidValue(.login, "m.example=", .expectedAccount)),
        (
            "pull nginx -login m.example=me",
            .noPasswordForHost("m.example", variable: "DOCKER_TAR_LAB_PASSWORD_M_EXAMPLE")
        ),
        ("pull nginx -login m.example=me -password x", .needs(.password, "-username")),
        ("pull nginx -login m.example=me -password-stdin", .noPasswordOnInput),
        ("diagnose nginx -login m.example=me", .credentialForDiagnosis(.login)),
        ("pull nginx -keep-index -format docker-20.10", .conflict("-keep-index", "-format docker-20.10")),
        ("pull nginx -arch all -format docker-20.10", .conflict("-arch all", "-format docker-20.10")),
        ("pull nginx -no-clobber -output -", .conflict("-no-clobber", "-output -")),
        ("pull nginx -output=", .invalidValue(.output, "", .expectedSomething)),
        ("pull nginx -format tar", .invalidValue(.format, "tar", .expectedFormat)),
        ("pull nginx -jobs 0", .invalidValue(.jobs, "0", .expectedJobs)),
        ("pull nginx -jobs 65", .invalidValue(.jobs, "65", .expectedJobs)),
        ("pull nginx -jobs 99999999999999999999", .invalidValue(.jobs, "99999999999999999999", .expectedJobs)),
        ("pull nginx -jobs four", .invalidValue(.jobs, "four", .expectedJobs)),
        ("pull nginx -retries 101", .invalidValue(.retries, "101", .expectedRetries)),
        ("pull nginx -retries -1", .invalidValue(.retries, "-1", .expectedRetries)),
        ("pull nginx -retries many", .invalidValue(.retries, "many", .expectedRetries)),
        ("pull nginx -connections 0", .invalidValue(.connections, "0", .expectedConnections)),
        ("pull nginx -connections 17", .invalidValue(.connections, "17", .expectedConnections)),
        ("pull nginx -timeout 0.5", .invalidValue(.timeout, "0.5", .expectedTimeout)),
        ("pull nginx -timeout 601", .invalidValue(.timeout, "601", .expectedTimeout)),
        ("pull nginx -timeout soon", .invalidValue(.timeout, "soon", .expectedTimeout)),
        ("pull nginx -limit-rate 0", .invalidValue(.limitRate, "0", .expectedRate)),
        ("pull nginx -limit-rate 5x", .invalidValue(.limitRate, "5x", .expectedRate)),
        ("pull nginx -limit-rate -5k", .invalidValue(.limitRate, "-5k", .expectedRate)),
        ("pull nginx -limit-rate 1.5m", .invalidValue(.limitRate, "1.5m", .expectedRate)),
        ("pull nginx -limit-rate k", .invalidValue(.limitRate, "k", .expectedRate)),
        ("pull nginx -cache-size big", .invalidValue(.cacheSize, "big", .expectedCacheSize)),
        ("pull nginx -cache-size 9999999999g", .invalidValue(.cacheSize, "9999999999g", .expectedCacheSize)),
        ("pull nginx -cache-size=", .invalidValue(.cacheSize, "", .expectedCacheSize)),
        ("pull nginx -no-cache -cache-size 1g", .conflict("-no-cache", "-cache-size")),
        ("list nginx -no-cache", .foreignFlag(.noCache, .list)),
        ("list nginx -connections 2", .foreignFlag(.connections, .list)),
        ("list nginx -limit-rate 2m", .foreignFlag(.limitRate, .list)),
        ("list nginx -cache-size 2m", .foreignFlag(.cacheSize, .list)),
        ("diagnose nginx -retries 2", .foreignFlag(.retries, .diagnose)),
        ("diagnose nginx -timeout 2", .foreignFlag(.timeout, .diagnose)),
        ("pull nginx -lang fr", .invalidValue(.lang, "fr", .expectedLanguage)),
        ("pull nginx -network ipv4", .invalidValue(.network, "ipv4", .expectedFamily)),
        ("pull nginx -sni magic", .invalidValue(.sni, "magic", .expectedServerName)),
        ("pull nginx -sni alter", .invalidValue(.sni, "alter", .expectedAlterName)),
        ("pull nginx -sni alter:", .invalidValue(.sni, "alter:", .expectedAlterName)),
        ("pull nginx -sni alter:a..b", .invalidValue(.sni, "alter:a..b", .expectedAlterName)),
        ("pull nginx -sni alter:192.0.2.1", .invalidValue(.sni, "alter:192.0.2.1", .expectedAlterName)),
        ("pull nginx -hello tiny", .invalidValue(.hello, "tiny", .expectedHello)),
        ("pull nginx -hello=", .invalidValue(.hello, "", .expectedHello)),
        ("pull nginx -mss 87", .invalidValue(.mss, "87", .expectedSegmentSize)),
        ("pull nginx -mss 32768", .invalidValue(.mss, "32768", .expectedSegmentSize)),
        ("pull nginx -mss 1k", .invalidValue(.mss, "1k", .expectedSegmentSize)),
        ("pull nginx -no-memory", .needs(.noMemory, "-lab")),
        ("pull nginx -no-canary", .needs(.noCanary, "-lab")),
        ("pull nginx -canary 192.0.2.1", .needs(.canary, "-lab")),
        ("pull nginx -lab -canary 192.0.2.1 -no-canary", .conflict("-canary", "-no-canary")),
        (
            "pull nginx -lab -network ip6 -canary 192.0.2.1",
            .invalidValue(.canary, "192.0.2.1", .expectedResolversOf("ip6"))
        ),
        (
            "pull nginx -lab -dns-servers 192.0.2.1 -canary 192.0.2.1",
            .invalidValue(
                .canary, "192.0.2.1",
                .reason(ResolverListError(place: .item(1), text: "192.0.2.1", problem: .canaryIsResolver)))
        ),
        (
            "pull nginx -dns-servers 1.1.1.1,tls://1.1.1.1",
            .invalidValue(.dnsServers, "1.1.1.1,tls://1.1.1.1", .expectedPlainResolvers)
        ),
        ("pull nginx -dns-servers tcp://1.1.1.1", .invalidValue(.dnsServers, "tcp://1.1.1.1", .expectedPlainResolvers)),
        ("-forget -lab", .missingAction),
        ("-forget=false", .missingAction),
        ("-forget -output a.tar", .missingAction),
        ("pull nginx -dns-timeout 0", .invalidValue(.dnsTimeout, "0", .expectedDuration)),
        ("pull nginx -dns-timeout -1s", .invalidValue(.dnsTimeout, "-1s", .expectedDuration)),
        ("pull nginx -dns-timeout 2m", .invalidValue(.dnsTimeout, "2m", .expectedDuration)),
        ("pull nginx -dns-timeout inf", .invalidValue(.dnsTimeout, "inf", .expectedDuration)),
        ("pull nginx -dns-timeout 1e3ms", .invalidValue(.dnsTimeout, "1e3ms", .expectedDuration)),
        ("pull nginx -dns-timeout ms", .invalidValue(.dnsTimeout, "ms", .expectedDuration)),
        ("pull nginx -resolve ghcr.io", .invalidValue(.resolve, "ghcr.io", .expectedOverride)),
        ("pull nginx -resolve ghcr.io=", .invalidValue(.resolve, "ghcr.io=", .expectedOverride)),
        ("pull nginx -resolve ghcr.io=b.example", .invalidValue(.resolve, "ghcr.io=b.example", .expectedOverride)),
        ("pull nginx -resolve 1.2.3.4=1.2.3.4", .invalidValue(.resolve, "1.2.3.4=1.2.3.4", .expectedOverride)),
        ("pull nginx -mirror ftp://m", .invalidValue(.mirror, "ftp://m", .expectedMirror)),
        ("pull nginx -mirror=", .invalidValue(.mirror, "", .expectedMirror)),
        ("pull nginx -mirror a.example,,b.example", .invalidValue(.mirror, "", .expectedMirror)),
        ("pull nginx -mirror-fallback", .needs(.mirrorFallback, "-mirror")),
        ("pull nginx -require-origin -mirror m", .needs(.requireOrigin, "-lab")),
        ("pull nginx -require-origin -lab", .needs(.requireOrigin, "-mirror")),
        ("diagnose nginx -mirror m -require-origin", .foreignFlag(.requireOrigin, .diagnose)),
        ("pull nginx -mirror m/../x", .invalidValue(.mirror, "m/../x", .expectedMirror)),
        ("pull nginx -ca-file=", .invalidValue(.authorityFile, "", .expectedSomething)),
        ("pull nginx -proxy=", .invalidValue(.proxy, "", .expectedSomething)),
        (
            "pull nginx -network ip6 -dns-servers 8.8.8.8",
            .invalidValue(.dnsServers, "8.8.8.8", .expectedResolversOf("ip6"))
        ),
    ])
    func eachMistakeHasItsOwnError(line: String, expected: UsageError) {
        #expect(throws: expected) { try invocation(line) }
    }

    @Test(arguments: [
        "pull Nginx", "pull nginx:", "pull nginx@sha256:zz", "pull a//b", "pull \u{1B}[31m",
        "pull nginx -arch amd65", "pull nginx -as Mine:1",
        "pull nginx -as a@sha256:\(String(repeating: "a", count: 64))",
        "pull nginx -dns-servers dns.google", "pull nginx -dns-servers 1.1.1.1:99999", "pull nginx -dns-servers ,",
        "pull nginx -lab -dns-servers quic://1.1.1.1", "pull nginx -lab -dns-servers tls://dns.google",
        "pull nginx -lab -dns-servers tls://1.1.1.1@", "pull nginx -lab -dns-servers 1.1.1.1@one.one.one.one",
        "pull nginx -lab -dns-servers tls://1.1.1.1/dns-query", "pull nginx -lab -canary dns.google",
        "pull nginx -lab -canary 192.0.2.1,192.0.2.2", "pull nginx -lab -canary=",
        "pull nginx -trust a=b", "pull nginx -trust a=sha256:12",
        "pull nginx -proxy ftp://h", "pull nginx -proxy http://h:0", "pull nginx -proxy http://a..b",
    ])
    func whatOtherRoomsRefuseIsAUsageErrorToo(line: String) {
        let error = #expect(throws: UsageError.self) { try invocation(line) }
        guard let error else { return }
        let sentence = Sentence(error)
        #expect(!sentence.en.isEmpty && sentence.en != sentence.zh)
        #expect(ExitCode(error, isLab: false) == .usage)
    }

    @Test func aProxysPasswordIsNotRepeated() throws {
        let error = #expect(throws: UsageError.self) { try invocation("pull nginx -proxy gopher://me:hunter2@h") }
        #expect(error.map { Sentence($0).en.contains("hunter2") } == false)
    }

    @Test func noCommandLineOfRandomWordsBringsItDown() {
        var generator = SystemRandomNumberGenerator()
        let words = [
            "pull", "list", "-", "--", "=", "-=", "--=x", "nginx", "-lab", "-lab=", "-output", "", "-sni", "é", "-jobs",
        ]
        for _ in 0..<300 {
            let line = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                words.randomElement(using: &generator) ?? ""
            }
            do throws(UsageError) {
                _ = try Invocation(line, in: surroundings())
            } catch {
                #expect(!Sentence(error).en.isEmpty)
            }
        }
    }
}
