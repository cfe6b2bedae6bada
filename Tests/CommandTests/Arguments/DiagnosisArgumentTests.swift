import Diagnosis
import LabNet
import Testing

@testable import docker_tar_lab

/// The command line of `diagnose`.
@Suite struct DiagnosisArgumentTests {
    private func request(_ line: String, _ surroundings: Surroundings = surroundings()) throws -> DiagnosisRequest {
        guard case .diagnose(let request) = try invocation(line, surroundings).task else {
            throw UsageError.missingAction
        }
        return request
    }

    @Test func targetsAreWordsAndNoneMeansTheUsualOnes() throws {
        #expect(
            try request("diagnose nginx ghcr.io https://quay.io/v2/").targets.map(\.text) == [
                "nginx", "ghcr.io", "https://quay.io/v2/",
            ])
        #expect(try request("-action diagnose -image nginx").targets.map(\.text) == ["nginx"])
        let usual = try request("diagnose").targets.map(\.origin.host.description)
        #expect(usual.contains("registry-1.docker.io") && usual.contains("ghcr.io"))
        let mirrored = try request("diagnose -mirror mirror.example/hub").targets
        #expect(mirrored.count == usual.count + 1)
        #expect(mirrored.last?.origin.host == .name("mirror.example"))
        #expect(try request("diagnose nginx -mirror mirror.example").targets.count == 2)
    }

    @Test func labModeIsImplied() throws {
        let invocation = try invocation("diagnose nginx -dns-servers 192.0.2.53 -canary 192.0.2.99 -no-memory")
        guard case .lab(let list) = invocation.transport.mode else {
            Issue.record("not in lab mode")
            return
        }
        #expect(list.resolvers.count == 1 && list.canaries.count == 1)
        #expect(invocation.circumstances.isLab)
        #expect(try request("diagnose nginx -lab").targets.count == 1)
    }

    @Test func jsonNamesAFileHereAndIsASwitchElsewhere() throws {
        #expect(try request("diagnose nginx -json out.json").json == .file("out.json"))
        #expect(try request("diagnose -json - nginx").json == .standardOutput)
        #expect(try request("-json=out.json -action diagnose nginx").json == .file("out.json"))
        #expect(try request("-json out.json diagnose").json == .file("out.json"))
        #expect(try request("diagnose nginx").json == nil)
        guard case .list(_, asJSON: true) = try invocation("list -json diagnose").task else {
            Issue.record("an image may be called so")
            return
        }
        guard case .list(_, asJSON: false) = try invocation("list nginx -json=false").task else {
            Issue.record("a switch can be off")
            return
        }
    }

    @Test func reportsGoToFiles() throws {
        let request = try request("diagnose -report r.html -json m.json -no-redact")
        #expect(request.reportPath == "r.html" && request.json == .file("m.json") && !request.redacts)
        #expect(try self.request("diagnose").redacts)
        #expect(try invocation("diagnose -json -").reportDescriptor == 2)
        #expect(try invocation("diagnose").reportDescriptor == 1)
        #expect(try invocation("diagnose").progressDescriptor == 2)
    }

    @Test(arguments: [
        ("diagnose -control control.example", "control.example", 443, 80),
        ("diagnose -control control.example:8443", "control.example", 8443, 80),
        ("diagnose -control 127.0.0.1:8443,8080", "127.0.0.1", 8443, 8080),
    ])
    func theControlHost(line: String, host: String, port: UInt16, page: UInt16) throws {
        let control = try request(line).setting.control
        #expect(control.host.description == host && control.port == port && control.pagePort == page)
    }

    @Test func theProxyIsLookedAtEvenWhereItIsNotUsed() throws {
        let environment = surroundings(environment: ["HTTPS_PROXY": "http://me:secret@127.0.0.1:7890"])
        let ambient = try #require(try request("diagnose", environment).setting.proxy)
        #expect(!ambient.isUsed && ambient.server.port == 7890)
        let named = try #require(try request("diagnose -proxy socks5://127.0.0.1:1080", environment).setting.proxy)
        #expect(named.isUsed && named.server.port == 1080)
        #expect(try request("diagnose -proxy none", environment).setting.proxy == nil)
    }

    @Test func theUsersFlagsArePassedOnWithoutSecrets() throws {
        let own = try request(
            "diagnose -ca-file ca.pem -network ip4 -dns-servers 192.0.2.53 -resolve a.example=192.0.2.1 "
                + "-proxy http://me:secret@h:1"
        ).ownFlags
        #expect(own.common.map(\.flag) == [.network, .resolve, .authorityFile])
        #expect(own.lab.map(\.words) == [["-dns-servers", "192.0.2.53"]])
    }

    @Test func whatOfThisMachineMustNotBeNamed() throws {
        let text = "# a comment\nnameserver 192.0.2.1\nnameserver\tfe80::1%eth0 \nsearch example.com\nnameserver x\n"
        let known = surroundings(files: ["/etc/resolv.conf": text])
        let resolvers = try request("diagnose", known).whereabouts.resolvers
        #expect(resolvers == [SampleFindings.address("192.0.2.1"), SampleFindings.address("fe80::1")])
        #expect(Surroundings.interfaceAddresses().contains(SampleFindings.address("127.0.0.1")))
    }

    @Test(arguments: [
        ("diagnose nginx -username me", UsageError.credentialForDiagnosis(.username)),
        ("diagnose nginx -password x", .credentialForDiagnosis(.password)),
        ("diagnose nginx -password-stdin", .credentialForDiagnosis(.passwordStdin)),
        ("diagnose nginx -output a.tar", .foreignFlag(.output, .diagnose)),
        ("diagnose nginx -sni plain", .foreignFlag(.sni, .diagnose)),
        ("diagnose nginx -plain-http", .foreignFlag(.plainHTTP, .diagnose)),
        ("pull nginx -report a.html", .foreignFlag(.report, .pull)),
        ("list nginx -control a.example", .foreignFlag(.control, .list)),
        ("list nginx -no-redact", .foreignFlag(.noRedact, .list)),
        ("list nginx -quiet", .foreignFlag(.quiet, .list)),
        ("diagnose -json", .missingValue(.json, next: nil)),
        ("diagnose -json -lab", .missingValue(.json, next: "-lab")),
        ("diagnose -json=", .invalidValue(.json, "", .expectedFile)),
        ("diagnose -report -", .invalidValue(.report, "-", .expectedFile)),
        ("diagnose -report reports/", .invalidValue(.report, "reports/", .expectedFile)),
        ("diagnose -report a -json a", .conflict("-report a", "-json a")),
        ("diagnose -control a..b", .invalidValue(.control, "a..b", .expectedControl)),
        ("diagnose -control a.example/x", .invalidValue(.control, "a.example/x", .expectedControl)),
        ("diagnose -control a.example,http", .invalidValue(.control, "a.example,http", .expectedControl)),
        ("diagnos nginx", .unknownAction("diagnos", nearest: .diagnose)),
    ])
    func eachMistakeHasItsOwnError(line: String, expected: UsageError) {
        let error = #expect(throws: expected) { try invocation(line) }
        if let error { #expect(Sentence(error).en != Sentence(error).zh) }
    }

    @Test(arguments: ["diagnose http://", "diagnose Ngin:x:y", "diagnose a..b"])
    func whatIsNoTargetIsNamed(line: String) {
        let error = #expect(throws: UsageError.self) { try invocation(line) }
        #expect(error.map { ExitCode($0, isLab: true) } == .usage)
    }
}
