import Foundation
import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// Planted secrets show that a host's credential is seen by that host and its token server, and by nobody else.
@Suite(.timeLimit(.minutes(1))) struct CanaryTests {
    static let registry = "registry.example"
    static let image = "\(registry)/lab/img1:single"
    static let bearer = #"Bearer realm="https://auth.example/token",service="registry""#
    static let basic = #"Basic realm="registry""#
    static let layer = "blobs/sha256:\(FakeRegistry.layers[0])"

    private let canary = Canary("registry")
    private let bench: PullBench

    init() throws { bench = try PullBench() }

    private func pull(
        _ internet: FakeInternet, _ accounts: Accounts, _ image: String = image, mirror: String? = nil
    ) async throws {
        var access = RegistryAccess()
        access.accounts = accounts
        access.mirrors = try mirror.map { [try RegistryMirror(parsing: $0)] } ?? []
        let puller = Puller(transport: internet, access: access, patience: bench.patience, standardOutput: -1)
        _ = try await puller.pull(bench.request(image))
    }

    private func accounts(_ credential: Credential) -> Accounts {
        var accounts = Accounts()
        accounts.registry = credential
        return accounts
    }

    private func golden(_ challenge: String?) throws -> FakeRegistry {
        try .golden(challenge: challenge, basic: "Basic \(canary.encoded)", speaksTLS: true)
    }

    @Test func withAPasswordTheTokenServerAloneSeesIt() async throws {
        let internet = FakeInternet([Self.registry: try golden(Self.bearer), "auth.example": FakeHost.tokens])
        try await pull(internet, accounts(canary.password))
        #expect(canary.seen(in: internet) == ["auth.example"])
        #expect(internet.seen.allSatisfy { !canary.isIn($0.body) }, "a password is in no body")
    }

    @Test func withBasicTheRegistryAloneSeesIt() async throws {
        let internet = FakeInternet([Self.registry: try golden(Self.basic)])
        try await pull(internet, accounts(canary.password))
        #expect(canary.seen(in: internet) == [Self.registry])
    }

    @Test(arguments: [bearer, basic])
    func aHostThatTheRegistryRedirectsToDoesNotSeeIt(_ challenge: String) async throws {
        let registry = try golden(challenge)
        let blob = "https://cdn.example/\(FakeRegistry.layers[0])"
        registry.fail(Self.layer, with: .status(307, "", ["Location": blob]), lasting: true)
        let cdn = try FakeRegistry.golden(speaksTLS: true)
        let bytes = try #require(cdn.state.withLock { $0.contents["/v2/lab/img1/\(Self.layer)"]?.bytes })
        cdn.state.withLock { $0.contents["/\(FakeRegistry.layers[0])"] = (bytes, "application/octet-stream") }
        let internet = FakeInternet([Self.registry: registry, "auth.example": FakeHost.tokens, "cdn.example": cdn])
        try await pull(internet, accounts(canary.password))
        #expect(internet.seen(by: "cdn.example").map(\.authorization) == [nil])
        #expect(!canary.seen(in: internet).contains("cdn.example"))
    }

    @Test(arguments: [basic, bearer, #"Bearer realm="https://evil.example/token""#])
    func a401OfACDNGetsNoAnswer(_ challenge: String) async throws {
        let registry = try golden(Self.bearer)
        registry.fail(
            Self.layer, with: .status(307, "", ["Location": "https://cdn.example/blob"]), lasting: true)
        let internet = FakeInternet([
            Self.registry: registry, "auth.example": FakeHost.tokens, "cdn.example": FakeHost.challenging(challenge),
            "evil.example": FakeHost.tokens,
        ])
        await #expect(throws: PullError.self) { try await pull(internet, accounts(canary.password)) }
        #expect(internet.seen(by: "cdn.example").allSatisfy { $0.authorization == nil })
        #expect(internet.seen(by: "evil.example").isEmpty)
        #expect(canary.seen(in: internet) == ["auth.example"])
    }

    @Test(arguments: [true, false]) func aTokenServerThatSendsElsewhereSendsNobodysSecret(isIdentityToken: Bool)
        async throws
    {
        let redirecting = FakeHost { _ in (307, ["Location": "https://evil.example/token"], "") }
        let internet = FakeInternet([
            Self.registry: try golden(Self.bearer), "auth.example": redirecting, "evil.example": FakeHost.tokens,
        ])
        _ = try? await pull(internet, accounts(isIdentityToken ? canary.identityToken : canary.password))
        #expect(canary.seen(in: internet) == ["auth.example"])
        // A POST is not repeated elsewhere at all.
        #expect(internet.seen(by: "evil.example").allSatisfy { $0.method == .GET && $0.authorization == nil })
    }

    @Test(arguments: [bearer, basic]) func aMirrorAndItsTokenServerDoNotSeeTheRegistrysOwn(_ challenge: String)
        async throws
    {
        let internet = FakeInternet(["mirror.example": try golden(challenge), "auth.example": FakeHost.tokens])
        var accounts = accounts(canary.password)
        // The registry's is in the files, too, under its own name.
        accounts.files =
            Accounts.stored(docker: #"{"auths":{"\#(Self.registry)":{"auth":"\#(canary.encoded)"}}}"#).files
        try accounts.add(Canary("other").password, for: "other.example")
        try accounts.add(canary.password, for: Self.registry)
        _ = try? await pull(internet, accounts, mirror: "mirror.example")
        #expect(internet.seen(by: "mirror.example").count > 0)
        #expect(canary.seen(in: internet).isEmpty)
        #expect(internet.seen.allSatisfy { $0.authorization == nil || $0.authorization == "Bearer t0" })
    }

    @Test(arguments: [bearer, basic]) func aMirrorSeesItsOwnAccountAndNoOther(_ challenge: String) async throws {
        let own = Canary("mirror")
        let mirror = try FakeRegistry.golden(
            challenge: challenge, basic: "Basic \(own.encoded)", speaksTLS: true)
        for isTyped in [true, false] {
            let internet = FakeInternet(["mirror.example": mirror, "auth.example": FakeHost.tokens])
            var accounts = accounts(canary.password)
            if isTyped {
                try accounts.add(own.password, for: "mirror.example")
            } else {
                accounts.files =
                    Accounts.stored(docker: #"{"auths":{"mirror.example":{"auth":"\#(own.encoded)"}}}"#).files
            }
            try await pull(internet, accounts, mirror: "mirror.example")
            #expect(own.seen(in: internet) == [challenge == Self.basic ? "mirror.example" : "auth.example"])
            #expect(canary.seen(in: internet).isEmpty)
        }
    }

    @Test func whatIsKeptForOneHostIsNotSaidToAnother() async throws {
        let others = [
            "registry.example:5000", "example", "a.registry.example", "registry.example.evil", "xregistry.example",
        ]
        let auths = others.map { #""\#($0)":{"auth":"\#(canary.encoded)"}"# }.joined(separator: ",")
        let stored = Accounts.stored(docker: "{\"auths\":{\(auths)}}", podman: "{\"auths\":{\(auths)}}")
        let internet = FakeInternet([Self.registry: try golden(Self.basic)])
        await #expect(throws: PullError.self) { try await pull(internet, stored) }
        #expect(canary.seen(in: internet).isEmpty)
    }

    @Test func anOpenRegistryHearsOfNoAccountAtAll() async throws {
        let internet = FakeInternet([Self.registry: try golden(nil)])
        var accounts = accounts(canary.password)
        accounts.files = Accounts.Files(docker: "/config.json", podman: [], environment: [:]) {
            (_) throws(CredentialProblem) in
            Issue.record("nobody asked, and the file is read")
            return nil
        }
        try await pull(internet, accounts)
        #expect(canary.seen(in: internet).isEmpty)
    }
}
