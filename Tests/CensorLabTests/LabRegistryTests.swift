import Foundation
import LabNet
import NIOCore
import NIOHTTP1
import Puller
import Testing

@testable import CensorLab

/// The answers as values.
struct RegistryContentTests {
    private let image: LabImage
    private let content: RegistryContent

    init() throws {
        image = try LabImage.small()
        var rules = LabRegistry.Rules()
        rules.tokenHost = "auth.lab.example"
        rules.blobHost = "storage.lab.example"
        content = RegistryContent(images: [image], rules: rules, secret: "s3cr3t")
    }

    private func answer(_ uri: String, token: String? = nil, headers: HTTPHeaders = [:]) -> WebAnswer {
        var headers = headers
        headers.add(name: "Host", value: "registry.lab.example:8443")
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        return content.answer(to: HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: headers))
    }

    private func token(_ scope: String) throws -> String {
        let body = answer("/token?service=lab&scope=\(scope)").body
        let json = try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any]
        return try #require(json?["token"] as? String)
    }

    @Test func wantsATokenForThisRepository() throws {
        let refused = answer("/v2/a/b/manifests/c")
        #expect(refused.status == .unauthorized)
        #expect(
            refused.headers.first(name: "WWW-Authenticate")
                == #"Bearer realm="http://auth.lab.example:8443/token",service="lab",scope="repository:a/b:pull""#)
        #expect(answer("/v2/a/b/manifests/c", token: "s3cr3t").status == .unauthorized)
        #expect(answer("/v2/a/b/manifests/c", token: try token("repository:x/y:pull")).status == .unauthorized)
        #expect(answer("/v2/a/b/manifests/c", token: try token("repository%3Aa%2Fb%3Apull")).status == .ok)
    }

    @Test func storageTakesASignatureAndNoCredential() throws {
        let token = try token("repository:a/b:pull")
        let digest = try #require(image.blobs.keys.first)
        let redirect = answer("/v2/a/b/blobs/\(digest)", token: token)
        #expect(redirect.status == .temporaryRedirect)
        let place = "http://storage.lab.example:8443"
        let location = try #require(redirect.headers.first(name: "Location"))
        #expect(location.hasPrefix(place + "/blobs/\(digest)?signature="))
        let target = String(location.dropFirst(place.count))
        #expect(answer(target).status == .ok)
        #expect(answer(target).body == image.blobs[digest])
        #expect(answer(target, token: token).status == .badRequest)
        #expect(answer("/blobs/\(digest)?signature=x").status == .forbidden)
    }

    @Test func givesTheBytesThatAreAskedFor() {
        let table: [(String, Range<Int>?)] = [
            ("bytes=0-9", 0..<10), ("bytes=5-", 5..<100), ("bytes=-7", 93..<100), ("bytes=90-200", 90..<100),
            ("bytes=-200", 0..<100), ("bytes=100-", 0..<0), ("bytes=100-120", 0..<0), ("bytes=9-5", nil),
            ("bytes=a-b", nil), ("bytes=1-2,4-5", nil), ("lines=1-2", nil), ("bytes=-", nil),
        ]
        for (field, range) in table { #expect(WebAnswer.bytes(of: field, whole: 100) == range, "\(field)") }
    }

    @Test func answersPartsAsPartsAndWhatIsNotThereWith416() throws {
        let digest = try Digest(of: [UInt8](0..<100))
        let body = ByteBuffer(bytes: 0..<100)
        let part = WebAnswer.content(body, digest: digest, mediaType: "a/b", range: "bytes=10-19")
        #expect(part.status == .partialContent)
        #expect(part.headers.first(name: "Content-Range") == "bytes 10-19/100")
        #expect(part.body == ByteBuffer(bytes: 10..<20))
        let none = WebAnswer.content(body, digest: digest, mediaType: "a/b", range: "bytes=100-")
        #expect(none.status == .rangeNotSatisfiable)
        #expect(none.headers.first(name: "Content-Range") == "bytes */100")
    }

    @Test(arguments: ["/", "/v1/", "/v2/a/b/manifests/x", "/v2/x/manifests/c", "/v2/a/b/blobs/sha256:00"])
    func deniesWhatIsNotThere(path: String) throws {
        let scope = path.contains("/x/") ? "repository:x:pull" : "repository:a/b:pull"
        let status = answer(path, token: try token(scope)).status
        #expect(status == .notFound)
    }
}

/// The server, judged by skopeo and curl.
struct LabRegistryTests {
    private static let any = Endpoint(address: .v4(0x7F00_0001), port: 0)

    /// A registry with TLS and a token server, all of it on localhost, and the folder with its authority.
    private func withRegistry(
        names: NameList? = nil, _ body: (LabRegistry, LabImage, URL) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let authority = try CertificateAuthority(named: "test")
            try authority.certificate.write(to: folder.appending(path: "ca.crt"), atomically: true, encoding: .utf8)
            let issued = try authority.issue(CertificateRequest(names: ["localhost"], addresses: [.v4(0x7F00_0001)]))
            var rules = LabRegistry.Rules(tls: TLSDoor(identity: try ServerIdentity(issued), names: names))
            rules.tokenHost = "localhost"
            // Another host than the registry: to its own a client sends its token along with the redirect.
            rules.blobHost = "127.0.0.1"
            let image = try LabImage.small()
            let registry = try await LabRegistry.start(rules, images: [image], at: Self.any)
            do {
                try await body(registry, image, folder)
            } catch {
                await registry.stop()
                throw error
            }
            await registry.stop()
        }
    }

    @Test(.enabled(if: Program.exists("skopeo"), "skopeo is not installed"))
    func skopeoReadsAndCopiesIt() async throws {
        try await withRegistry { registry, image, folder in
            let name = "docker://localhost:\(registry.endpoint.port)/a/b:c"
            let certificates = folder.path
            let raw = try await Program.run("skopeo", ["inspect", "--raw", "--cert-dir", certificates, name])
            #expect(raw.output == String(decoding: image.documents[image.root.digest]?.bytes ?? [], as: UTF8.self))
            let copy = try await Program.run(
                "skopeo",
                [
                    "copy", "--insecure-policy", "--all", "--src-cert-dir", certificates, name,
                    "oci:\(folder.appending(path: "layout").path):c",
                ])
            #expect(copy.status == 0, "\(copy.output)")
            for (digest, blob) in image.blobs {
                let file = folder.appending(path: "layout/blobs/sha256/\(digest.hex)")
                #expect(try Data(contentsOf: file) == Data(blob.readableBytesView))
            }
        }
    }

    @Test(.enabled(if: Program.exists("skopeo"), "skopeo is not installed"), arguments: ["amd64", "arm64"])
    func skopeoChecksTheDiffIDs(architecture: String) async throws {
        try await withRegistry { registry, _, folder in
            // Into a Docker archive layers go inflated, so their diff IDs are computed and held against the configuration.
            let copy = try await Program.run(
                "skopeo",
                [
                    "copy", "--insecure-policy", "--override-arch", architecture, "--src-cert-dir", folder.path,
                    "docker://localhost:\(registry.endpoint.port)/a/b:c",
                    "docker-archive:\(folder.appending(path: "image.tar").path)",
                ])
            #expect(copy.status == 0, "\(copy.output)")
        }
    }

    @Test(.enabled(if: Program.exists("curl"), "curl is not installed"))
    func aServerThatNeedsItsNameRefusesTheRest() async throws {
        try await withRegistry(names: ["localhost"]) { registry, _, folder in
            let ca = [
                "--cacert", folder.appending(path: "ca.crt").path, "-sS", "-o", "/dev/null", "-w", "%{http_code}",
            ]
            let named = try await Program.run("curl", ca + ["https://localhost:\(registry.endpoint.port)/v2/"])
            #expect(named.output == "401")
            // To an address no name is sent (RFC 6066 3).
            let nameless = try await Program.run("curl", ca + ["https://127.0.0.1:\(registry.endpoint.port)/v2/"])
            #expect(nameless.status == 35)
            #expect(nameless.output.contains("unrecognized name"))
        }
    }

    @Test(.enabled(if: Program.exists("curl"), "curl is not installed"))
    func connectionsAreKeptAndClosedAsAsked() async throws {
        let image = try LabImage.small()
        let registry = try await LabRegistry.start(.init(), images: [image], at: Self.any)
        let base = "http://\(registry.endpoint)/v2/"
        let arguments = ["-sS", "-o", "/dev/null", "-o", "/dev/null", "-w", "%{num_connects}"]
        let kept = try await Program.run("curl", arguments + [base, base + "a/b/tags/list"])
        let closed = try await Program.run("curl", arguments + ["-H", "Connection: close", base, base])
        let head = try await Program.run("curl", ["-sSI", base + "a/b/manifests/c"])
        await registry.stop()
        #expect(kept.output == "10")
        #expect(closed.output == "11")
        #expect(head.output.contains("\(image.root.digest)"))
    }
}

extension LabImage {
    /// Two platforms that share one of two layers each.
    static func small() throws -> LabImage {
        func layer(_ path: String, _ text: String) throws -> Layer {
            try Layer([LayerFile(path: path, content: .bytes(Array(text.utf8), isExecutable: false))])
        }
        let shared = try layer("etc/shared", String(repeating: "shared ", count: 50_000))
        return try LabImage(
            repository: "a/b", tag: "c",
            variants: ["amd64", "arm64"].map {
                let platform = Platform(os: "linux", architecture: $0)
                return Variant(platform: platform, layers: [shared, try layer("etc/own", $0)])
            })
    }
}
