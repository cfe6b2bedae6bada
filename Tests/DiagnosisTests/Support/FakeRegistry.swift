import LabNet
import NIOHTTP1
import Puller

@testable import Diagnosis

/// A registry, its token server and its storage, as servers of a ``FakeNetwork``.
struct FakeRegistry {
    var registry = FakeNetwork.Server(addresses: [Sample.a, Sample.b])
    var token = FakeNetwork.Server(addresses: [Sample.endpoint("203.0.113.11"), Sample.endpoint("203.0.113.12")])
    var storage = FakeNetwork.Server(addresses: [Sample.endpoint("203.0.113.21"), Sample.endpoint("203.0.113.22")])
    var control = FakeNetwork.Server(addresses: [Sample.beyond])

    static let image = ImageReference(domain: "registry.example", path: "x", tag: "latest", digest: nil)
    static let target = Target(text: "registry.example/x", kind: .registry(Sample.origin, image: image))
    /// A layer that is larger than the sample.
    static let layer = String(repeating: "ab", count: 32)

    init() {
        registry.page = { Self.answer(to: $0) }
        token.page = { _ in FakeNetwork.Page(200, body: Array(#"{"token":"t"}"#.utf8)) }
        storage.page = { _ in FakeNetwork.Page(200, body: [UInt8](repeating: 7, count: 400_000)) }
        control.page = { _ in FakeNetwork.Page(200, ["Date": "Thu, 01 Jan 1970 00:16:40 GMT"]) }
    }

    /// A registry without a token server, and other bytes for other seeds.
    static func manifest(_ seed: Int = 0) -> [UInt8] {
        let config = String(repeating: "cd", count: 32)
        return Array(
            #"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","annotations":{"seed":"\#(seed)"},
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:\#(config)","size":300000},
            "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:\#(layer)","size":400000}]}
            """#.utf8)
    }

    static func answer(to request: HTTPRequest, seed: Int = 0) -> FakeNetwork.Page {
        guard request.authorization?.reveal() == "Bearer t" else {
            return FakeNetwork.Page(
                401, ["WWW-Authenticate": #"Bearer realm="https://auth.example/token",service="x""#])
        }
        if request.url.target.contains("/manifests/") {
            return FakeNetwork.Page(
                200,
                ["Content-Type": "application/vnd.oci.image.manifest.v1+json", "ratelimit-remaining": "76;w=21600"],
                body: manifest(seed))
        }
        return FakeNetwork.Page(307, ["Location": "https://storage.example/blob?signature=secret"])
    }

    var network: FakeNetwork {
        FakeNetwork([
            "registry.example": registry, "auth.example": token, "storage.example": storage,
            "control.example": control,
        ])
    }

    static func examination(
        of targets: [Target] = [target], over network: FakeNetwork, _ change: (inout Setting) -> Void = { _ in }
    ) -> Examination {
        var setting = Setting(control: Control(host: .name("control.example")))
        change(&setting)
        return Examination(
            targets: targets, setting: setting, transport: network, clock: SkippingClock(), wallClock: { 1000 })
    }
}
