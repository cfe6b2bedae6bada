import Testing

@testable import CensorLab
@testable import LabNet

/// The whole transport in lab mode in every scenario of the lab: it gets through, or says that it cannot.
@Suite(.timeLimit(.minutes(2))) struct ScenarioTests {
    /// Where nothing gets through, and whether that looks like a censor's work. The status of others is the registry's.
    private static let hopeless: [String: Bool] = [
        "no-way": true, "mirror": true, "dns-all-polluted": true, "dns-all-hijacked": true, "intercepted": true,
        "server-refused": false, "server-gone": false, "server-expired": true, "portal": true,
        "offline": false, "clock-behind": true, "clock-ahead": true,
        // A pull alone cannot tell a server that declines everything from one in whose place somebody declines.
        "server-broken": true,
    ]
    private static let statuses = ["server-500": 500, "server-403": 403]
    /// A tunnel takes a range of addresses that is this machine's in a namespace only.
    private static let scenarios = Scenario.all.filter { !$0.isTunnel }

    @Test(arguments: scenarios.map(\.name)) func theTransportGetsThroughWhereAnythingCan(name: String) async throws {
        let scenario = try #require(Scenario.named(name))
        let lab = try await Lab.start(scenario, image: LabImage(repository: "a/b", tag: "c", variants: []))
        let log = ObservationLog()
        let outcome = await visit(lab, log: log)
        await lab.stop()
        let story = log.all.map { "\($0.event)" }.joined(separator: "\n")
        switch outcome {
        case .success(let status):
            #expect(status == Self.statuses[name] ?? 401 && Self.hopeless[name] == nil, "\(story)")
        case .failure(let error):
            #expect((error as? NetworkError)?.showsInterference == Self.hopeless[name], "\(error)\n\(story)")
        }
        // Whoever stands at a forged address never learns whose he pretends to be, unless every resolver lies and nobody else
        // is left to ask.
        if !["dns-all-polluted", "dns-all-hijacked"].contains(name) {
            #expect(!lab.strangers.flatMap(\.shown).contains { Middleman.shows($0, "registry") }, "\(story)")
        }
        let penalised = lab.journal.events.contains { event in
            if case .judged(_, _, .penalised) = event { true } else { false }
        }
        #expect(!penalised, "\(story)")
    }

    private func visit(
        _ lab: Lab, log: ObservationLog
    ) async -> Result<Int, any Error> {
        do {
            let folder = try ScratchFolder()
            var configuration = TransportConfiguration()
            configuration.mode = .lab(ResolverList(resolvers: lab.resolverAddresses, canaries: lab.canaries))
            configuration.trust.authorityFile = try folder.write(lab.authority, to: "ca.pem")
            configuration.timeouts.handshake = .seconds(3)
            configuration.timeouts.connect = .seconds(3)
            if let limit = lab.scenario.ways.compactMap(\.box.segmentLimit).min() {
                configuration.segmentSize = limit - 100
            }
            let transport = try Transport(configuration) { log.add($0) }
            let port = try #require(lab.registry.first).port
            let answer = try await transport.get("https://\(Lab.registryHost):\(port)/v2/")
            await transport.close()
            return .success(answer.status)
        } catch {
            return .failure(error)
        }
    }

    /// Other people's resolvers, which tell the truth behind the injectors.
    @Test(arguments: ["/usr/sbin/dnsmasq", "/usr/sbin/unbound"].filter(Daemon.exists))
    func theTruthMayComeFromARealResolver(program: String) async throws {
        let scenario = try #require(Scenario.named("demo"))
        let port = try Daemon.freePort()
        let folder = try ScratchFolder()
        // Where the ways to the registry begin is the same in every run.
        let (one, other) = ("127.88.10.1", "127.88.10.2")
        let unbound = """
            server:
              interface: 127.0.0.1
              port: \(port)
              do-daemonize: no
              username: ""
              chroot: ""
              pidfile: ""
              use-syslog: no
              local-zone: "." static
              local-data: ". NS a.root-servers.net."
              local-data: "\(Lab.registryHost). A \(one)"
              local-data: "\(Lab.registryHost). A \(other)"
            remote-control:
              control-enable: no
            """
        let arguments =
            program.hasSuffix("unbound")
            ? ["-d", "-c", try folder.write(unbound, to: "unbound.conf")]
            : [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=", "--pid-file=",
                "--port=\(port)", "--listen-address=127.0.0.1", "--bind-interfaces", "--cache-size=0",
                "--host-record=\(Lab.registryHost),\(one)", "--host-record=\(Lab.registryHost),\(other)",
            ]
        let daemon = try await Daemon(program, arguments, port: port)
        let resolver = Endpoint(address: .v4(0x7F00_0001), port: port)
        let lab = try await Lab.start(
            scenario, image: LabImage(repository: "a/b", tag: "c", variants: []), resolver: resolver)
        let log = ObservationLog()
        let outcome = await visit(lab, log: log)
        await lab.stop()
        withExtendedLifetime(daemon) {}
        #expect(lab.registry.map(\.address.description) == [one, other])
        #expect(try outcome.get() == 401)
        let passedOn = lab.journal.events.contains { if case .answered(_, nil, 0) = $0 { true } else { false } }
        #expect(passedOn, "the answers are the real resolver's")
        #expect(!lab.strangers.flatMap(\.shown).contains { Middleman.shows($0, "registry") })
    }
}
