import CensorLab
import Foundation
import LabNet
import NIOHTTP1
import Testing

/// The forged answer comes after 8 ms, the true one after 150 ms; the registry wants its name, and no stranger may see it.
@Suite(.serialized)
struct LabPullTests {
    @Test func theBinaryPullsThroughForgedAnswersAndFailsWithoutLabMode() async throws {
        let network = try await HostileNetwork(forging: 3)
        try await network.registry.push(try await TestImage.big(), to: "demo/big")
        let scratch = try Scratch()
        defer { scratch.remove() }
        let registry = network.registry
        let pull = [
            "-action", "pull", "-image", "\(registry.host)/demo/big", "-dns-servers", network.servers, "-ca-file",
            registry.certificates.authority, "-username", SecureRegistry.user, "-output", scratch.path("big.tar"),
        ]
        let secret = ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password]

        let ordinary = try await Tool.run(pull, environment: secret)
        #expect([5, 6].contains(ordinary.status))
        #expect(scratch.listing.isEmpty)
        // An ordinary program does show the name to the stranger; from here on nobody may.
        #expect(network.strangersSawTheName)
        await network.stop()

        let fresh = try await HostileNetwork(forging: 3)
        try await fresh.registry.push(try await TestImage.big(), to: "demo/big")
        let lab = try await Tool.run(
            [
                "pull", "\(fresh.registry.host)/demo/big", "-lab", "-dns-servers", fresh.servers, "-ca-file",
                fresh.registry.certificates.authority, "-username", SecureRegistry.user, "-output",
                scratch.path("big.tar"),
            ], environment: secret)
        #expect(lab.status == 0, "\(lab.output)\(lab.error)")
        #expect(lab.output.contains("Output File:  \(scratch.path("big.tar"))"))
        #expect(!fresh.strangersSawTheName)
        let checked = try await Program.run("skopeo", ["inspect", "docker-archive:\(scratch.path("big.tar"))"])
        #expect(checked.status == 0, "\(checked.error)")
        await fresh.stop()
    }

    @Test(arguments: [1, 3])
    func aHundredLookupsNeverFailAndNeverShowTheNameToAForgedAddress(forging: Int) async throws {
        let network = try await HostileNetwork(forging: forging)
        let registry = network.registry
        guard let url = HTTPURL("https://\(registry.host)/") else { throw SettingFailed(description: "no URL") }
        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(resolvers: network.resolvers.map { ResolverAddress($0.endpoint) }))
        configuration.trust.authorityFile = registry.certificates.authority
        for _ in 0..<4 {
            let settings = configuration
            let answered = try await withThrowingTaskGroup { group in
                for _ in 0..<25 {
                    group.addTask {
                        try await Transport(settings).exchange(HTTPRequest(url: url)) { response in
                            _ = try await response.body.collect(upTo: 1 << 20)
                            return response.status
                        }
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(answered.count == 25)
        }
        #expect(registry.requests.count == 100)
        #expect(!network.strangersSawTheName)
        await network.stop()
    }
}
