import LabNet
import Puller
import Testing

@testable import Diagnosis

struct TargetTests {
    /// What is typed, where it leads, and which image is asked for there; nil for a host that is no registry.
    @Test(arguments: [
        ("nginx", "https://registry-1.docker.io", "docker.io/library/nginx:latest"),
        ("redis:7", "https://registry-1.docker.io", "docker.io/library/redis:7"),
        ("ubuntu:22.04", "https://registry-1.docker.io", "docker.io/library/ubuntu:22.04"),
        ("bitnami/redis", "https://registry-1.docker.io", "docker.io/bitnami/redis:latest"),
        ("registry.example/img:tag", "https://registry.example", "registry.example/img:tag"),
        ("host:5000/img", "https://host:5000", "host:5000/img:latest"),
        ("docker.io", "https://registry-1.docker.io", "docker.io/library/alpine:latest"),
        ("registry-1.docker.io", "https://registry-1.docker.io", "docker.io/library/alpine:latest"),
        ("ghcr.io", "https://ghcr.io", "ghcr.io/home-assistant/home-assistant:stable"),
        ("ghcr.io/", "https://ghcr.io", "ghcr.io/home-assistant/home-assistant:stable"),
        ("https://quay.io/v2/", "https://quay.io", "quay.io/prometheus/busybox:latest"),
        ("quay.io/v2/", "https://quay.io", "quay.io/prometheus/busybox:latest"),
        ("host:5000", "https://host:5000", ""),
        ("localhost", "https://localhost", ""),
        ("registry.example:8443", "https://registry.example:8443", ""),
        ("127.0.0.1:5000", "https://127.0.0.1:5000", ""),
        ("[::1]:5000", "https://[::1]:5000", ""),
        ("2001:db8::1", "https://[2001:db8::1]", ""),
        ("https://registry.example/v2/", "https://registry.example", ""),
        ("http://registry.example:5000/v2/", "http://registry.example:5000", ""),
    ])
    func registries(text: String, origin: String, image: String) throws {
        let target = try Target(parsing: text)
        #expect(target.text == text)
        #expect("\(target.origin)" == origin)
        guard case .registry(_, let found) = target.kind else {
            Issue.record("\(target.kind)")
            return
        }
        #expect(found.map { "\($0)" } ?? "" == image)
    }

    @Test func aPageIsAHost() throws {
        let target = try Target(parsing: "https://www.example.com/page?x=1")
        #expect(target.kind == .host(Origin(scheme: .https, host: .name("www.example.com"))))
    }

    @Test(arguments: [
        "", "library/UPPER", "https://", "ftp://example.com/", "a b", "host:99999999/x:y:z", "-.example.com",
    ])
    func nonsense(text: String) {
        #expect(throws: TargetError.self) { try Target(parsing: text) }
    }

    @Test(arguments: [
        ("mirror.example", "https://mirror.example", ""),
        ("mirror.example:8443/hub", "https://mirror.example:8443", "hub"),
        ("http://10.0.0.1:5000/a/b", "http://10.0.0.1:5000", "a/b"),
    ])
    func mirrors(text: String, origin: String, prefix: String) throws {
        let target = try Target(mirror: text, of: WellKnownRegistry.dockerHub.image)
        #expect("\(target.origin)" == origin)
        guard case .mirror(_, _, let found) = target.kind else {
            Issue.record("\(target.kind)")
            return
        }
        #expect(found == prefix)
    }

    @Test func defaults() throws {
        let targets = try Target.defaults(mirrors: ["mirror.example"])
        #expect(
            targets.map(\.text) == ["docker.io", "ghcr.io", "quay.io", "gcr.io", "mcr.microsoft.com", "mirror.example"])
        #expect(throws: TargetError.self) { try Target.defaults(mirrors: ["not a host"]) }
    }

    /// Every name of a registry that everybody knows leads to it, and its image is a name that can be parsed.
    @Test func wellKnownImages() throws {
        for known in WellKnownRegistry.all {
            #expect(try ImageReference(parsing: "\(known.image)") == known.image)
            for name in known.names { #expect(WellKnownRegistry(host: .name(name))?.host == known.host) }
        }
    }
}
