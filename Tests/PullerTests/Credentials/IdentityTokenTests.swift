import LabNet
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// Tokens of all the kinds that credential stores keep, against token servers of all manners.
@Suite(.timeLimit(.minutes(1))) struct IdentityTokenTests {
    private static let bearer =
        #"Bearer realm="https://auth.example/token",service="registry",scope="repository:lab/img1:pull""#
    private static let layer = "blobs/sha256:\(FakeRegistry.layers[0])"
    private let bench: PullBench
    private let registry: FakeRegistry

    init() throws {
        bench = try PullBench()
        registry = try FakeRegistry.golden(challenge: Self.bearer, speaksTLS: true)
    }

    private func pull(_ internet: FakeInternet, as credential: Credential) async throws {
        var access = RegistryAccess()
        access.accounts.registry = credential
        let puller = Puller(transport: internet, access: access, patience: bench.patience, standardOutput: -1)
        _ = try await puller.pull(bench.request("registry.example/lab/img1:single"))
    }

    private func internet(_ tokens: @escaping @Sendable (HTTPRequest) -> FakeHost.Answer) -> FakeInternet {
        FakeInternet(["registry.example": registry, "auth.example": FakeHost(tokens)])
    }

    @Test func itIsExchangedByPOST() async throws {
        let internet = internet { request in
            request.method == .POST
                ? (200, [:], #"{"access_token":"t0","expires_in":300,"scope":"x"}"#) : (500, [:], "")
        }
        try await pull(internet, as: .identityToken(Secret("refresh me")))
        let asked = internet.seen(by: "auth.example")
        #expect(asked.map(\.target) == ["/token"])
        #expect(
            asked.map(\.body) == [
                "grant_type=refresh_token&client_id=docker-tar-lab&service=registry"
                    + "&scope=repository:lab/img1:pull&refresh_token=refresh%20me"
            ])
        #expect(asked.map(\.authorization) == [nil])
    }

    @Test(arguments: [404, 405]) func whereThereIsNoPOSTItGoesInThePasswordsPlace(_ status: Int) async throws {
        let internet = internet { request in
            request.method == .POST ? (status, [:], "") : (200, [:], #"{"token":"t0"}"#)
        }
        // One token is refused in mid-pull: the second is asked for without another POST.
        registry.fail(Self.layer, with: .expired)
        try await pull(internet, as: .identityToken(Secret("refresh")))
        let asked = internet.seen(by: "auth.example")
        #expect(asked.map(\.method) == [.POST, .GET, .GET])
        // `<token>:refresh`
        #expect(asked.map(\.authorization) == [nil, "Basic PHRva2VuPjpyZWZyZXNo", "Basic PHRva2VuPjpyZWZyZXNo"])
        #expect(asked.dropFirst().allSatisfy { !$0.target.contains("account") })
    }

    @Test(arguments: [400, 401, 403]) func aTokenServerThatRefusesItIsNotAskedInAnotherWay(_ status: Int) async throws {
        let internet = internet { _ in (status, [:], #"{"error":"invalid_grant","error_description":"expired"}"#) }
        await #expect(throws: PullError.self) { try await pull(internet, as: .identityToken(Secret("refresh"))) }
        #expect(internet.seen(by: "auth.example").map(\.method) == [.POST])
    }

    @Test func aNewOneIsUsedNextTime() async throws {
        let internet = internet { request in
            let body = request.body?.bytes.map { String(buffer: $0) } ?? ""
            return body.hasSuffix("refresh_token=first") || body.hasSuffix("refresh_token=second")
                ? (200, [:], #"{"access_token":"t0","refresh_token":"second"}"#) : (401, [:], "")
        }
        registry.fail(Self.layer, with: .expired)
        try await pull(internet, as: .identityToken(Secret("first")))
        #expect(
            internet.seen(by: "auth.example").map { $0.body.split(separator: "=").last } == ["first", "second"])
    }

    @Test func aPasswordIsNeverPosted() async throws {
        let internet = internet { _ in (200, [:], #"{"token":"t0"}"#) }
        try await pull(internet, as: .password(user: "me", Secret("swordfish")))
        #expect(internet.seen.allSatisfy { $0.method == .GET && $0.body.isEmpty })
    }

    @Test func aRegistryTokenNeedsNoTokenServer() async throws {
        let internet = internet { _ in (500, [:], "") }
        try await pull(internet, as: .registryToken(Secret("t0")))
        #expect(internet.seen(by: "auth.example").isEmpty)
    }

    @Test func aRegistryTokenThatIsRefusedIsNotRepeated() async throws {
        let internet = internet { _ in (200, [:], #"{"token":"t0"}"#) }
        await #expect(throws: PullError.self) { try await pull(internet, as: .registryToken(Secret("old"))) }
        #expect(internet.seen(by: "registry.example").map(\.authorization) == [nil, "Bearer old"])
        #expect(internet.seen(by: "auth.example").isEmpty)
    }

    @Test func basicWantsAPassword() async throws {
        let internet = FakeInternet(["registry.example": FakeHost.challenging(#"Basic realm="r""#)])
        for credential in [Credential.identityToken(Secret("t")), .registryToken(Secret("t"))] {
            await #expect(throws: PullError.self) { try await pull(internet, as: credential) }
        }
        #expect(internet.seen.allSatisfy { $0.authorization == nil })
    }
}

/// Where a realm may be, by the address that the registry answered from.
@Suite(.timeLimit(.minutes(1))) struct DialledRealmTests {
    private func pull(_ realm: String, registryAt address: String, _ bench: PullBench) async -> (
        FakeInternet, PullError?
    ) {
        do {
            let registry = try FakeRegistry.golden(challenge: #"Bearer realm="\#(realm)""#, speaksTLS: true)
            let internet = FakeInternet(
                ["registry.example": registry, "auth.example": FakeHost.tokens, "auth.corp": FakeHost.tokens],
                addresses: ["registry.example": address])
            do {
                let puller = Puller(
                    transport: internet, access: RegistryAccess(), patience: bench.patience, standardOutput: -1)
                _ = try await puller.pull(bench.request("registry.example/lab/img1:single"))
                return (internet, nil)
            } catch {
                return (internet, error as? PullError)
            }
        } catch {
            Issue.record(error)
            return (FakeInternet([:]), nil)
        }
    }

    @Test(arguments: [("203.0.113.7", NetworkKind.global), ("10.0.0.1", .private), ("198.18.0.9", .global)])
    func theRequestIsHeldToTheRegistrysNetwork(_ address: String, _ kind: NetworkKind) async throws {
        let (internet, error) = await pull("https://auth.example/token", registryAt: address, try PullBench())
        #expect(error == nil)
        #expect(internet.seen(by: "auth.example").map(\.reach) == [Reach(from: kind)])
    }

    @Test func aPrivateRealmIsForARegistryThatIsPrivateItself() async throws {
        let bench = try PullBench()
        #expect(await pull("https://auth.corp/token", registryAt: "10.0.0.1", bench).1 == nil)
        let (internet, error) = await pull("https://auth.corp/token", registryAt: "203.0.113.7", bench)
        guard case .realmRefused? = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(internet.seen(by: "auth.corp").isEmpty)
    }

    @Test func anAddressOutOfReachIsARealmRefused() async throws {
        let registry = try FakeRegistry.golden(
            challenge: #"Bearer realm="https://auth.example/token""#, speaksTLS: true)
        let internet = FakeInternet(["registry.example": registry, "auth.example": OutOfReach()])
        let bench = try PullBench()
        let puller = Puller(
            transport: internet, access: RegistryAccess(), patience: bench.patience, standardOutput: -1)
        let error = await #expect(throws: PullError.self) {
            try await puller.pull(bench.request("registry.example/lab/img1:single"))
        }
        #expect(error?.step == .authorise)
        #expect(error?.cause == .realmRefused("an address of another network: https://auth.example/token"))
        #expect(bench.waits.withLock { $0 } == [], "it will not pass")
    }

    private struct OutOfReach: HTTPExchanging {
        func exchange<Value: Sendable>(
            _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
        ) async throws -> Value {
            throw NetworkError(step: .dial, host: "auth.example", cause: .outOfReach(IPAddress("127.0.0.1")))
        }
    }
}
