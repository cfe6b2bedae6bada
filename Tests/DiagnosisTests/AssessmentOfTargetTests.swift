import LabNet
import Puller
import Testing

@testable import Diagnosis

/// What several hosts, a mirror, and several targets come to.
struct AssessmentOfTargetTests {
    private func companion(_ name: String, _ role: HostFindings.Role, _ change: (inout HostFindings) -> Void)
        -> HostFindings
    {
        Sample.clear { host in
            host.origin.host = .name(name)
            host.role = role
            host.passage = Sample.passage(Sample.request("/token", 200))
            change(&host)
        }
    }

    private func killed(_ host: inout HostFindings) {
        host.greetings[6] = Sample.hello(Sample.b, .plain, Sample.reset)
    }

    private func dead(_ host: inout HostFindings) {
        host.reached = [Sample.reach(Sample.a, .refused), Sample.reach(Sample.b, .refused)]
        (host.greetings, host.passage) = ([], nil)
    }

    private func swallowed(_ host: inout HostFindings) {
        host.greetings = [
            Sample.hello(Sample.a, .omit, Sample.alert(112)), Sample.hello(Sample.a, .disorder, Sample.silence),
        ]
        host.passage = nil
    }

    @Test func theTokenServerAloneIsTheTrouble() {
        let token = companion("auth.example", .tokenServer, swallowed)
        let assessment = Assessment(Sample.target(Sample.clear(), token), line: Sample.line())
        #expect(assessment.condition == .sni)
        #expect(assessment.host == .name("auth.example"))
        #expect(assessment.reasons.last == .partOf(.name("auth.example"), .tokenServer))
        #expect(assessment.ways.isEmpty)
    }

    /// What leaves no way is worse than what a way leads around, whatever it is called.
    @Test func theWorstHostIsTheOneWithoutAWay() {
        let storage = companion("storage.example", .storage, dead)
        let assessment = Assessment(Sample.target(Sample.clear(killed), storage), line: Sample.line())
        #expect(assessment.condition == .down)
        #expect(assessment.host == .name("storage.example"))
        #expect(assessment.condition.exitCode(hasWay: !assessment.ways.isEmpty) == 5)
    }

    @Test func oneBlockedFamilyIsLeftOut() {
        let host = Sample.clear { host in
            host.reached = [Sample.reach(Sample.a), Sample.reach(Sample.six, .timedOut(.seconds(4)))]
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.verified)]
        }
        let assessment = Assessment(Sample.target(host), line: Sample.line())
        #expect(assessment.reasons.first == .familyBlocked(.ip6))
        #expect(assessment.ways == [.family(.ip4), .lab(.omit, family: .ip4)])
    }

    /// `-network` is for resolvers as well: where all that answered have addresses of IPv4, IPv6 alone finds nothing.
    @Test func aFamilyIsNoWayWithoutAResolverOfIt() {
        let host = Sample.clear { host in
            host.reached = [Sample.reach(Sample.a, .timedOut(.seconds(4))), Sample.reach(Sample.six)]
            host.greetings = [Sample.hello(Sample.six, .omit, Sample.verified)]
        }
        let assessment = Assessment(Sample.target(host), line: Sample.line())
        #expect(assessment.reasons.first == .familyBlocked(.ip4))
        #expect(assessment.ways == [.lab(.omit, family: nil)])
    }

    /// Without the manifest or the blob nothing was seen to work.
    @Test func noWayIsClaimedThatWasNotSeen() {
        let findings = Sample.target(
            Sample.clear(killed), registry: RegistryFindings(isRegistry: true))
        #expect(Assessment(findings, line: Sample.line()).ways.isEmpty)
    }

    // MARK: Mirrors

    private func mirror(
        _ registry: RegistryFindings, _ change: (inout HostFindings) -> Void = { _ in }
    ) -> TargetFindings {
        let image = WellKnownRegistry.dockerHub.image
        let origin = Origin(scheme: .https, host: .name("mirror.example"))
        let host = companion("mirror.example", .mirror, change)
        return TargetFindings(
            target: Target(text: "mirror.example", kind: .mirror(origin, image: image, prefix: "")), hosts: [host],
            registry: registry)
    }

    @Test func aMirrorThatServesWhatTheOriginNames() {
        let registry = RegistryFindings(isRegistry: true, digest: "sha256:1", originDigest: "sha256:1")
        #expect(Assessment(mirror(registry), line: Sample.line()).condition == .clear)
    }

    @Test func aMirrorWhoseOriginCannotBeAsked() {
        let registry = RegistryFindings(isRegistry: true, digest: "sha256:1")
        #expect(Assessment(mirror(registry), line: Sample.line()).condition == .clear)
    }

    @Test func aStaleMirror() {
        let registry = RegistryFindings(isRegistry: true, digest: "sha256:1", originDigest: "sha256:2")
        let assessment = Assessment(mirror(registry), line: Sample.line())
        #expect(assessment.condition == .mirror)
        #expect(assessment.reasons.first == .otherDigest(mirror: "sha256:1", origin: "sha256:2"))
        #expect(assessment.ways.isEmpty)
    }

    @Test func aMirrorWhoseContentIsNotWhatItSays() {
        let registry = RegistryFindings(isRegistry: true, digest: "sha256:1", isFalse: true)
        #expect(Assessment(mirror(registry), line: Sample.line()).condition == .mirror)
    }

    @Test(arguments: [403, 404, 500]) func aMirrorThatRefuses(status: Int) {
        let findings = mirror(RegistryFindings(isRegistry: false)) { host in
            host.passage = Sample.passage(Sample.request("/v2/", status))
        }
        #expect(Assessment(findings, line: Sample.line()).condition == .mirror)
    }

    @Test func aMirrorThatIsOff() {
        #expect(Assessment(mirror(RegistryFindings(isRegistry: false), dead), line: Sample.line()).condition == .down)
    }

    @Test func aMirrorWhoseNameIsKilled() {
        let findings = mirror(RegistryFindings(isRegistry: false), swallowed)
        #expect(Assessment(findings, line: Sample.line()).condition == .sni)
    }

    @Test func aMirrorThatWorksIsAWayForDockerHub() {
        let good = mirror(RegistryFindings(isRegistry: true, digest: "sha256:1", originDigest: "sha256:1"))
        var hub = Sample.target(Sample.clear(swallowed))
        hub.target = Target(text: "nginx", kind: .registry(Sample.origin, image: WellKnownRegistry.dockerHub.image))
        var other = hub
        other.target = Target(text: "quay.io", kind: .registry(Sample.origin, image: Sample.image))
        let assessments = Assessment.all(of: Findings(line: Sample.line(), targets: [hub, other, good]))
        #expect(assessments.map(\.ways) == [[.mirror("mirror.example")], [], [.ordinary]])
    }

    // MARK: Several targets

    /// The worst counts, in the order 6, 10, 5, 0.
    @Test func exitCodes() {
        func one(_ condition: Condition, _ ways: [Way] = []) -> Assessment {
            Assessment(
                target: Target(text: "x", kind: .host(Sample.origin)), condition: condition, reasons: [], ways: ways)
        }
        let clear = one(.clear)
        let down = one(.down)
        let passable = one(.sni, [.lab(nil, family: nil)])
        let hopeless = one(.sni)
        #expect([clear].exitCode == 0)
        #expect([clear, down].exitCode == 5)
        #expect([down, passable, clear].exitCode == 10)
        #expect([down, passable, hopeless, clear].exitCode == 6)
        #expect([Assessment]().exitCode == 0)
    }
}
