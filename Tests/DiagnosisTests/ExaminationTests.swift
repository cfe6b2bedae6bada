import LabNet
import NIOHTTP1
import Puller
import Synchronization
import Testing

@testable import Diagnosis

/// Whole examinations of a network in memory.
struct ExaminationTests {
    private func examined(
        _ registry: FakeRegistry, _ targets: [Target] = [FakeRegistry.target],
        _ change: (inout Setting) -> Void = { _ in }
    ) async throws -> (findings: Findings, network: FakeNetwork) {
        let network = registry.network
        return (try await FakeRegistry.examination(of: targets, over: network, change).run(), network)
    }

    private func conditions(_ findings: Findings) -> [Condition] { Assessment.all(of: findings).map(\.condition) }

    // MARK: What is spared

    @Test func theAddressThatServesOneTargetIsNotBurntByAnother() async throws {
        var registry = FakeRegistry()
        let killsPlainNames: @Sendable (Greeting) -> Greeted.Outcome = {
            $0.strategy == .plain ? Sample.reset : Sample.verified
        }
        registry.registry.hello = killsPlainNames
        var servers = registry.network.servers
        servers["other.example"] = FakeNetwork.Server(
            addresses: [Sample.a, Sample.endpoint("203.0.113.31")], hello: killsPlainNames)
        let network = FakeNetwork(servers)
        let other = Target(text: "other.example", kind: .host(Origin(scheme: .https, host: .name("other.example"))))
        _ = try await FakeRegistry.examination(of: [FakeRegistry.target, other], over: network) { $0.targetsAtOnce = 1 }
            .run()
        // Requests go to the first address, which both share; each plain name goes to the address beside it.
        #expect(!network.seen.burnt.contains(Sample.a))
        #expect(network.seen.greetings.contains { $0.strategy == .plain && $0.host == .name("other.example") })
    }

    // MARK: What is examined

    @Test func allThreeHostsOfAClearRegistry() async throws {
        let (findings, network) = try await examined(FakeRegistry())
        let target = try #require(findings.targets.first)
        #expect(target.hosts.map(\.origin.host.description) == ["registry.example", "auth.example", "storage.example"])
        #expect(target.hosts.map(\.role) == [.registry, .tokenServer, .storage])
        #expect(target.hosts.allSatisfy { $0.lookup != nil && $0.system != nil && $0.reached.count == 2 })
        #expect(target.hosts.allSatisfy { $0.reached.allSatisfy { $0.trials.count == 3 } && $0.burnt.isEmpty })
        #expect(target.registry?.isRegistry == true)
        #expect(target.registry?.realm == "https://auth.example/token")
        #expect(target.registry?.digest?.hasPrefix("sha256:") == true)
        #expect(target.registry?.pullsLeft == 76)
        let passages = target.hosts.map { $0.passage?.requests ?? [] }
        #expect(passages[0].map(\.status) == [401, 401, 200, 307])
        #expect(passages[1].map(\.status) == [200])
        #expect(passages[2].map(\.status) == [200])
        #expect(try #require(passages[2].first).bytes >= RegistryExamination.sample)
        #expect(passages[2].first?.url == "https://storage.example/blob")
        #expect(target.hosts[2].passage?.strategy == .omit)
        #expect(
            network.seen.surveys.sorted() == [
                "auth.example", "control.example", "registry.example", "storage.example",
            ])
        #expect(conditions(findings) == [.clear])
        #expect(Assessment.all(of: findings).first?.ways == [.ordinary])
    }

    @Test func theLine() async throws {
        let (findings, _) = try await examined(FakeRegistry())
        #expect(findings.line.isUp)
        #expect(findings.line.families == [.ip4])
        #expect(findings.line.clockOffset == .zero)
        #expect(findings.line.portal == nil)
        #expect(findings.line.proxy == nil)
        #expect(findings.line.control?.greetings.map(\.greeting.strategy) == [.plain])
    }

    @Test func aClockThatIsWrong() async throws {
        var registry = FakeRegistry()
        registry.control.page = { _ in FakeNetwork.Page(200, ["Date": "Thu, 01 Jan 1970 01:16:40 GMT"]) }
        let (findings, _) = try await examined(registry)
        #expect(findings.line.clockOffset == .seconds(-3600))
    }

    /// Two images of one registry: every host is looked up and greeted once.
    @Test func sharedHostsAreExaminedOnce() async throws {
        let (findings, network) = try await examined(FakeRegistry(), [FakeRegistry.target, FakeRegistry.target])
        #expect(network.seen.surveys.count == 4)
        #expect(findings.targets.map(\.hosts.count) == [3, 3])
        #expect(conditions(findings) == [.clear, .clear])
    }

    @Test func aRegistryWithoutAKnownImage() async throws {
        let target = Target(text: "registry.example", kind: .registry(Sample.origin, image: nil))
        let (findings, network) = try await examined(FakeRegistry(), [target])
        #expect(findings.targets[0].hosts.map(\.role) == [.registry, .tokenServer])
        #expect(network.seen.requests.filter { $0.hasPrefix("https://") } == ["https://registry.example/v2/"])
        #expect(conditions(findings) == [.clear])
    }

    @Test func aHostThatIsNoRegistry() async throws {
        let target = Target(
            text: "https://storage.example/", kind: .host(Origin(scheme: .https, host: .name("storage.example"))))
        let (findings, _) = try await examined(FakeRegistry(), [target])
        #expect(findings.targets[0].registry == nil)
        #expect(findings.targets[0].hosts[0].passage?.requests.map(\.status) == [200])
    }

    @Test func overridesComeBeforeDNS() async throws {
        var registry = FakeRegistry()
        registry.registry.addresses = [Sample.b]
        let (findings, _) = try await examined(registry) { $0.overrides = ["registry.example": [Sample.b.address]] }
        #expect(findings.targets[0].hosts[0].reached.map(\.source) == [.given])
    }

    // MARK: What is not burnt

    @Test func aKilledNameLeavesAWay() async throws {
        var registry = FakeRegistry()
        registry.registry.hello = { $0.strategy.carriesTrueName ? Sample.reset : Sample.verified }
        let (findings, network) = try await examined(registry)
        #expect(network.seen.burnt.count == 1)
        #expect(findings.targets[0].hosts[0].burnt.map(\.endpoint) == Array(network.seen.burnt))
        #expect(conditions(findings) == [.sni])
        #expect(Assessment.all(of: findings).first?.ways == [.lab(.omit, family: nil)])
        // What a pull would do next succeeds.
        let url = HTTPURL(origin: Sample.origin, target: "/v2/")
        #expect(try await network.exchange(HTTPRequest(url: url)) { $0.status } == 401)
    }

    /// The host has one address, which works: its name is shown to the control host in its place.
    @Test func theNameOfAHostWithOneAddressIsSaidElsewhere() async throws {
        var registry = FakeRegistry()
        registry.registry.addresses = [Sample.a]
        registry.registry.hello = { $0.strategy == .plain ? Sample.reset : Sample.verified }
        let (findings, network) = try await examined(registry)
        let host = findings.targets[0].hosts[0]
        let elsewhere = host.greetings.filter { $0.place == .control }
        #expect(elsewhere.map(\.greeting.strategy) == [.omit, .plain])
        #expect(elsewhere.allSatisfy { $0.greeting.endpoint == Sample.beyond })
        #expect(network.seen.burnt == [Sample.beyond])
        #expect(!host.greetings.contains { $0.place == .own && $0.greeting.strategy == .plain })
        #expect(conditions(findings) == [.sni])
    }

    /// A control endpoint where a name was killed kills the next as well: it is not lent again.
    @Test func aBurntControlEndpointIsNotUsedAgain() async throws {
        var registry = FakeRegistry()
        registry.registry.addresses = [Sample.a]
        registry.token.addresses = [registry.token.addresses[0]]
        let kills: @Sendable (Greeting) -> Greeted.Outcome = { $0.strategy == .plain ? Sample.reset : Sample.verified }
        registry.registry.hello = kills
        registry.token.hello = kills
        // Half of those that lookups use as well stay untouched.
        let spare = Sample.endpoint("192.0.2.201")
        let (_, network) = try await examined(registry) {
            $0.control.endpoints = [spare, Sample.endpoint("192.0.2.202")]
        }
        #expect(network.seen.burnt == [Sample.beyond, spare])
        let plain = network.seen.greetings.filter { $0.strategy == .plain && $0.host != .name("control.example") }
        #expect(Set(plain.filter { [Sample.beyond, spare].contains($0.endpoint) }.map(\.endpoint)).count == 2)
    }

    @Test func smallSegmentsAreFoundAndNothingIsBurnt() async throws {
        var registry = FakeRegistry()
        registry.registry.hello = { $0.segmentSize == 536 ? Sample.verified : Sample.silence }
        let (findings, network) = try await examined(registry)
        #expect(network.seen.burnt.isEmpty)
        #expect(!network.seen.requests.contains { $0.hasPrefix("https://registry") })
        #expect(conditions(findings) == [.mtu])
        #expect(Assessment.all(of: findings).first?.ways == [.segmentSize(536)])
    }

    // MARK: What is concluded

    @Test func forgedAnswersAndStrangers() async throws {
        var registry = FakeRegistry()
        registry.registry.forged = [Sample.stranger]
        registry.registry.system = [Sample.stranger]
        registry.registry.hello = {
            $0.endpoint == Sample.stranger ? Sample.certificate(62, "stranger.example") : Sample.verified
        }
        let (findings, network) = try await examined(registry)
        #expect(network.seen.greetings.filter { $0.endpoint == Sample.stranger }.allSatisfy { $0.strategy == .omit })
        let assessment = Assessment.all(of: findings)[0]
        #expect(assessment.condition == .dns)
        #expect(assessment.reasons.contains(.systemMisled([Sample.stranger.address])))
        #expect(assessment.ways == [.lab(.omit, family: nil)])
    }

    @Test func aTokenServerThatIsBlockedAlone() async throws {
        var registry = FakeRegistry()
        registry.token.hello = { $0.strategy.carriesTrueName ? Sample.reset : Sample.alert(112) }
        let (findings, _) = try await examined(registry)
        let assessment = Assessment.all(of: findings)[0]
        #expect(assessment.condition == .sni)
        #expect(assessment.host == .name("auth.example"))
        #expect(assessment.ways.isEmpty)
    }

    @Test func storageThatIsOff() async throws {
        var registry = FakeRegistry()
        for address in registry.storage.addresses { registry.storage.broken[address] = .refused }
        let (findings, _) = try await examined(registry)
        let assessment = Assessment.all(of: findings)[0]
        #expect(assessment.condition == .down)
        #expect(assessment.host == .name("storage.example"))
    }

    /// Nothing ever comes back from one address: the limit is this examination's own.
    @Test func anAddressThatSwallowsEverything() async throws {
        var registry = FakeRegistry()
        registry.registry.broken[Sample.a] = .some(nil)
        let (findings, _) = try await examined(registry)
        #expect(findings.targets[0].hosts[0].reached[0].trials.allSatisfy { $0.failure == .timedOut(.seconds(4)) })
        #expect(conditions(findings) == [.ip])
    }

    @Test func aStreamThatFreezes() async throws {
        var registry = FakeRegistry()
        registry.storage.page = { _ in
            FakeNetwork.Page(200, body: [UInt8](repeating: 7, count: 16384), failure: .timedOut(.seconds(5)))
        }
        let (findings, _) = try await examined(registry)
        #expect(findings.targets[0].hosts[2].passage?.requests.count == 3)
        #expect(conditions(findings) == [.frozen])
        #expect(Assessment.all(of: findings)[0].ways.isEmpty)
    }

    @Test func aRefusalKeepsTheServersWords() async throws {
        var registry = FakeRegistry()
        let words = String(repeating: "not in your region ", count: 20)
        registry.registry.page = { _ in FakeNetwork.Page(403, ["Content-Type": "text/plain"], body: Array(words.utf8)) }
        let (findings, _) = try await examined(registry)
        #expect(findings.targets[0].hosts[0].passage?.requests[0].words == String(words.prefix(200)))
        #expect(conditions(findings) == [.denied])
    }

    @Test func aPortal() async throws {
        var registry = FakeRegistry()
        let portal: @Sendable (Greeting) -> Greeted.Outcome = { _ in Sample.certificate(62, "portal.example") }
        (registry.registry.hello, registry.control.hello) = (portal, portal)
        // The page is in the clear, whatever hellos come to.
        let network = PlainNetwork(
            registry.network, page: FakeNetwork.Page(302, ["Location": "http://portal.example/login?x=1"]))
        let setting = Setting(control: Control(host: .name("control.example")))
        let findings = try await Examination(
            targets: [FakeRegistry.target], setting: setting, transport: network, clock: SkippingClock(),
            wallClock: { 1000 }
        ).run()
        #expect(findings.line.portal == "http://portal.example/login")
        #expect(findings.line.clockOffset == nil)
        #expect(conditions(findings) == [.portal])
    }

    @Test func aMirrorIsHeldAgainstItsOrigin() async throws {
        for seed in [0, 1] {
            var servers = FakeRegistry()
            var mirror = servers.registry
            mirror.page = { FakeRegistry.answer(to: $0, seed: seed) }
            servers.registry.addresses = [Sample.a, Sample.b]
            let network = FakeNetwork([
                "registry.example": servers.registry, "auth.example": servers.token,
                "storage.example": servers.storage, "control.example": servers.control, "mirror.example": mirror,
            ])
            let target = try Target(mirror: "mirror.example", of: FakeRegistry.image)
            let findings = try await FakeRegistry.examination(of: [target], over: network).run()
            let registry = try #require(findings.targets[0].registry)
            #expect((registry.digest == registry.originDigest) == (seed == 0))
            #expect(conditions(findings) == [seed == 0 ? .clear : .mirror])
        }
    }

    // MARK: While it runs

    @Test func progress() async throws {
        let steps = Mutex<[Progress]>([])
        _ = try await FakeRegistry.examination(over: FakeRegistry().network).run { step in
            steps.withLock { $0.append(step) }
        }
        let all = steps.withLock(\.self)
        #expect(all.last == .finished)
        let own = all.compactMap { step -> Progress.Stage? in
            if case .host(Sample.origin, .registry, let stage) = step { stage } else { nil }
        }
        #expect(own == [.names, .hellos, .registry, .done])
    }

    @Test func cancellation() async throws {
        let servers = FakeRegistry().network.servers
        let network = FakeNetwork(servers, hangs: true)
        let task = Task { try await FakeRegistry.examination(over: network).run() }
        while network.seen.surveys.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

/// A network on which every page in the clear is the same.
private struct PlainNetwork: Examining {
    let network: FakeNetwork
    let page: FakeNetwork.Page

    init(_ network: FakeNetwork, page: FakeNetwork.Page) { (self.network, self.page) = (network, page) }

    func survey(_ name: String) async throws(CancellationError) -> LookupRecord { try await network.survey(name) }
    func systemAnswer(to name: String) async throws(CancellationError) -> SystemAnswer {
        try await network.systemAnswer(to: name)
    }
    func reach(_ endpoint: Endpoint, for host: Host) async throws(CancellationError) -> Reached {
        try await network.reach(endpoint, for: host)
    }
    func greet(_ greeting: Greeting) async throws(CancellationError) -> Greeted { try await network.greet(greeting) }
    func penaltyLeft(on endpoint: Endpoint) async -> Duration? { await network.penaltyLeft(on: endpoint) }

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        guard request.url.origin.scheme == .http else { return try await network.exchange(request, receive) }
        return try await receive(
            HTTPResponse(status: page.status, headers: page.headers, url: request.url, body: HTTPBody()))
    }
}
