import CensorLab
import Foundation
import LabNet
import Testing

/// `-network ip4` and `ip6`, seen from the tool's own observations and from the servers.
@Suite(.serialized)
struct FamilyTests {
    @Test(arguments: ["ip4", "ip6"], [true, false])
    func theOtherFamilyIsNotTouched(network: String, lab: Bool) async throws {
        let registry = try await SecureRegistry(addresses: ["127.0.0.1", "::1"], repositories: ["demo/small"])
        let layout = try Scratch()
        defer { layout.remove() }
        try await Program.must("\(TestImage.fixtures)/make-image", [layout.path("image"), "2", "1"])
        try await registry.push(layout.path("image"), to: "demo/small")
        let pushed = registry.requests.count

        let truth = ["127.0.0.1", "::1"].compactMap { IPAddress($0) }
        let journals = [Journal(), Journal()]
        var servers: [ForgingDNS] = []
        for (address, journal) in zip(truth, journals) {
            let zone = Zone([registry.name: .addresses(truth)])
            servers.append(
                try await ForgingDNS.start(
                    .init(truth: .zone(zone)), at: Endpoint(address: address, port: 0), journal: journal))
        }
        let outcome = try await Tool.run(
            [
                "pull", "\(registry.host)/demo/small", "-network", network, "-dns-servers",
                servers.map(\.endpoint.description).joined(separator: ","), "-dns-timeout", "300ms", "-ca-file",
                registry.certificates.authority, "-username", SecureRegistry.user, "-debug", "-output",
                layout.path("a.tar"),
            ] + (lab ? ["-lab"] : []), environment: ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password])
        for server in servers { await server.stop() }
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")

        let other = network == "ip4" ? "[::1]" : "127.0.0.1"
        #expect(!outcome.error.contains(other), "\(outcome.error)")
        let clients = registry.requests.dropFirst(pushed).compactMap { $0.split(separator: " ").first }
        #expect(!clients.isEmpty && Set(clients) == [network == "ip4" ? "127.0.0.1" : "::1"])
        #expect(journals[network == "ip4" ? 0 : 1].entries.count > 0)
        #expect(journals[network == "ip4" ? 1 : 0].entries.isEmpty)
    }
}
