import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// Tokens and passwords: got when asked for, renewed when they run out, and shown to nobody else.
@Suite struct AuthorisationTests {
    static let bearer = #"Bearer realm="http://127.0.0.1:5055/token",service="lab",scope="repository:lab/img1:pull""#
    static let layer = "blobs/sha256:\(FakeRegistry.layers[0])"

    static func access() -> RegistryAccess {
        var access = RegistryAccess()
        access.accounts.registry = .password(user: "canary", Secret("swordfish"))
        return access
    }

    static let basic = "Basic Y2FuYXJ5OnN3b3JkZmlzaA=="

    @Test func oneTokenServesAPull() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: Self.bearer)
        try await bench.pull(registry, bench.request())
        #expect(registry.count("/token") == 1)
        #expect(registry.requests.first { $0.path == "/token" }?.authorization == nil)
        #expect(registry.requests.last?.authorization == "Bearer t1")
        #expect(try bench.bytes("out.tar") == bench.golden("docker-29-containerd.tar"))
    }

    @Test func aTokenThatIsRefusedInMidPullIsRenewedOnce() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: Self.bearer)
        registry.fail(Self.layer, with: .expired)
        try await bench.pull(registry, bench.request())
        #expect(registry.count("/token") == 2)
        #expect(try bench.bytes("out.tar") == bench.golden("docker-29-containerd.tar"))
    }

    @Test func aTokenPastItsLifeIsNotSent() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: Self.bearer)
        // The wait is longer than the 60 seconds that a token lives by default.
        registry.fail(Self.layer, with: .status(503, "", ["Retry-After": "100"]))
        try await bench.pull(registry, bench.request())
        #expect(registry.count("/token") == 2)
        #expect(
            registry.requests.filter { $0.path.hasSuffix(Self.layer) }.map(\.authorization) == [
                "Bearer t1", "Bearer t2",
            ])
    }

    @Test func aTokenThatIsNeverGoodEnoughEndsThePull() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: Self.bearer)
        registry.fail("manifests/single", with: .expired, lasting: true)
        #expect(try await bench.cause(registry, bench.request()) == .unauthorised(status: 401, "log in first"))
        #expect(registry.count("manifests/single") == 3)
    }

    @Test func aTokenServerThatStumblesIsAskedAgain() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: Self.bearer)
        registry.fail("/token", with: .status(503), .network(.reset, .exchange))
        try await bench.pull(registry, bench.request())
        #expect(registry.count("/token") == 3)
    }

    @Test func aTokenServerThatRefusesIsQuoted() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: Self.bearer)
        registry.fail("/token", with: .status(401, #"{"details":"incorrect username or password"}"#), lasting: true)
        #expect(
            try await bench.cause(registry, bench.request(), access: Self.access())
                == .unauthorised(status: 401, "incorrect username or password"))
    }

    @Test func anEndlessTokenIsRefused() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: Self.bearer)
        registry.fail("/token", with: .status(200, String(repeating: "x", count: 2 << 20)), lasting: true)
        guard case .malformed? = try await bench.cause(registry, bench.request()) else {
            Issue.record("it was taken")
            return
        }
    }

    @Test func thePasswordGoesToTheRealmAlone() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: Self.bearer)
        try await bench.pull(registry, bench.request(), access: Self.access())
        for request in registry.requests {
            #expect((request.authorization == Self.basic) == (request.path == "/token"))
        }
    }

    @Test func basicIsSentOnlyWhenAskedFor() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: #"Basic realm="lab""#, basic: Self.basic)
        try await bench.pull(registry, bench.request(), access: Self.access())
        #expect(registry.requests.map(\.authorization).prefix(3) == [nil, Self.basic, Self.basic])

        let open = try FakeRegistry.golden()
        try await bench.pull(open, bench.request(), access: Self.access())
        #expect(open.requests.allSatisfy { $0.authorization == nil })
    }

    @Test func basicThatIsRefusedIsNotRepeated() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: #"Basic realm="lab""#, basic: "Basic other")
        #expect(
            try await bench.cause(registry, bench.request(), access: Self.access())
                == .unauthorised(status: 401, "log in first"))
        #expect(registry.count("manifests/single") == 2)
    }

    @Test func withoutACredentialBasicIsTheEnd() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: #"Basic realm="lab""#, basic: Self.basic)
        #expect(try await bench.cause(registry, bench.request()) == .unauthorised(status: 401, "log in first"))
    }

    @Test(arguments: ["Negotiate", "", "Bearer service=x"]) func aChallengeThatNobodyKnowsIsTheEnd(_ challenge: String)
        async throws
    {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: challenge)
        #expect(try await bench.cause(registry, bench.request()) == .unauthorised(status: 401, "log in first"))
    }

    @Test func aMirrorNeverSeesThePassword() async throws {
        for challenge in [Self.bearer, #"Basic realm="lab""#] {
            let bench = try PullBench()
            let registry = try FakeRegistry.golden(challenge: challenge, basic: Self.basic)
            var access = Self.access()
            access.mirrors = [try RegistryMirror(parsing: "127.0.0.1:5055")]
            _ = try? await bench.pull(registry, bench.request("registry.example/lab/img1:single"), access: access)
            #expect(registry.requests.allSatisfy { $0.authorization != Self.basic })
            #expect(registry.count("manifests/single") > 0)
        }
    }

    @Test func aRealmElsewhereIsRefusedUnasked() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(challenge: #"Bearer realm="http://169.254.169.254/token""#)
        let cause = try await bench.cause(registry, bench.request(), access: Self.access())
        guard case .realmRefused? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
        #expect(registry.count("/token") == 0)
    }
}

/// A registry on this machine may speak plain HTTP; it is asked over TLS first.
@Suite struct PlainHTTPTests {
    @Test func loopbackFallsBackWhereThereIsNoTLS() async throws {
        let bench = try PullBench()
        try await bench.pull(try FakeRegistry.golden(speaksTLS: false), bench.request())
        try await bench.pull(try FakeRegistry.golden(speaksTLS: true), bench.request())
        for cause in [NetworkError.Cause.refused, .closedAfterHello, .resetAfterHello, .alert(70)] {
            let registry = try FakeRegistry.golden(speaksTLS: true)
            registry.fail("/v2/", with: .network(cause, cause == .refused ? .dial : .secure))
            try await bench.pull(registry, bench.request())
        }
    }

    @Test func nobodyElseDoes() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(speaksTLS: false)
        for name in ["10.0.0.1:5055", "registry.example", "localhost.example:5055"] {
            let cause = try await bench.cause(registry, bench.request("\(name)/lab/img1:single"))
            guard case .network? = cause else {
                Issue.record("\(name): \(String(describing: cause))")
                continue
            }
        }
        #expect(registry.requests.isEmpty)
        var access = RegistryAccess()
        access.plainHTTP = true
        try await bench.pull(registry, bench.request("registry.example/lab/img1:single"), access: access)
    }

    @Test func aBadCertificateIsNoReasonToGoWithoutOne() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden(speaksTLS: true)
        let problem = NetworkError.CertificateProblem(code: 18, reason: "self-signed", names: [], fingerprint: nil)
        registry.fail("/v2/", with: .network(.certificate(problem), .secure), lasting: true)
        registry.fail("manifests/single", with: .network(.certificate(problem), .secure), lasting: true)
        let cause = try await bench.cause(registry, bench.request())
        guard case .network(let error)? = cause, case .certificate = error.cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }
}
