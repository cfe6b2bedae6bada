import LabNet
import NIOCore
import NIOHTTP1
import Testing

@testable import Puller

@Suite struct UploadRulesTests {
    @Test(arguments: [
        ("registry.local:5000/prefix", "registry.local:5000", "prefix"),
        ("registry.local:5000/a/b/", "registry.local:5000", "a/b"),
        ("registry.local:5000", "registry.local:5000", ""),
        ("localhost", "localhost", ""),
        ("localhost/x", "localhost", "x"),
        ("docker.io/me", "docker.io", "me"),
        ("me", "docker.io", "me"),
        ("[2001:db8::1]:5000/x", "[2001:db8::1]:5000", "x"),
    ])
    func destinations(text: String, registry: String, prefix: String) throws {
        let destination = try PushDestination(parsing: text, access: RegistryAccess())
        #expect(destination.registry == registry)
        #expect(destination.prefix == prefix)
    }

    @Test(arguments: [
        "", "registry.local/UPPER", "registry.local/a:1", "registry.local/a@x", "registry.local:99999/x", "/",
    ])
    func noDestinations(text: String) {
        #expect(throws: ReferenceError.self) { try PushDestination(parsing: text, access: RegistryAccess()) }
    }

    @Test(arguments: [
        ("nginx:1", "r.local/p", "r.local/p/library/nginx:1"),
        ("ghcr.io/a/b:2", "r.local/p/q", "r.local/p/q/a/b:2"),
        ("127.0.0.1:5000/x:3", "r.local:5000", "r.local:5000/x:3"),
    ])
    func names(image: String, destination: String, expected: String) throws {
        let destination = try PushDestination(parsing: destination, access: RegistryAccess())
        #expect(try destination.name(of: ImageReference(parsing: image)).description == expected)
    }

    @Test func pathThatIsTooLongIsRefused() throws {
        let destination = try PushDestination(
            parsing: "r.local/" + String(repeating: "p", count: 200), access: RegistryAccess())
        let image = try ImageReference(parsing: "a.example/" + String(repeating: "x", count: 60))
        #expect(throws: ReferenceError.tooLong(261)) { try destination.name(of: image) }
    }

    @Test(
        arguments: [
            (nil, nil), ("0-0", 0), ("0-99", 100), ("bytes=0-99", 100),
        ] as [(String?, Int64?)])
    func ranges(field: String?, expected: Int64?) throws {
        let headers: HTTPHeaders = field.map { ["Range": $0] } ?? [:]
        #expect(try UploadSession.received(headers) == expected)
    }

    @Test(arguments: ["", "1-2", "0--1", "0-9223372036854775807", "x", "0-1-2"])
    func malformedRanges(field: String) {
        #expect(throws: PullError.Cause.self) { try UploadSession.received(["Range": field]) }
    }

    private func session(_ location: String, from url: String) throws -> UploadSession {
        let endpoint = try RegistryEndpoint(
            ImageReference(parsing: "registry.example/a/b"), mirror: nil, plainHTTP: url.hasPrefix("http:"))
        let response = HTTPResponse(
            status: 202, headers: ["Location": location], url: try #require(HTTPURL(url)), body: HTTPBody())
        return try UploadSession(response, at: endpoint)
    }

    @Test(arguments: [
        ("/v2/a/b/blobs/uploads/1", "https://registry.example/v2/a/b/blobs/uploads/1?digest="),
        ("2?s=%2F", "https://registry.example/v2/a/b/blobs/uploads/2?s=%2F&digest="),
        ("https://storage.example/x?y", "https://storage.example/x?y&digest="),
        // A proxy speaks TLS for a registry that does not know of it.
        ("http://registry.example/v2/u", "https://registry.example/v2/u?digest="),
    ])
    func locations(location: String, end: String) throws {
        let digest = try Digester.digest(of: [])
        let session = try session(location, from: "https://registry.example/v2/a/b/blobs/uploads/")
        #expect(session.end(with: digest).description == end + digest.description)
    }

    @Test(arguments: ["http://storage.example/x", "https://10.0.0.1/", "https://u:p@registry.example/", "ssh://x/"])
    func refusedLocations(location: String) {
        #expect(throws: PullError.Cause.self) {
            try session(location, from: "https://registry.example/v2/a/b/blobs/uploads/")
        }
    }
}
