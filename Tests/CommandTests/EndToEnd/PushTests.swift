import Foundation
import LabNet
import Testing

@testable import Puller

/// Images out of one docker-registry and into another, by the pipeline itself; skopeo judges what has come there.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct PushTests {
    private static let jobs = 4

    /// An image as the pipeline finds it in a registry, with all that its index leads to.
    private func stock(_ name: String, over transport: Transport) async throws -> ImageStock {
        let reference = try ImageReference(parsing: name)
        let sources = try await ImageSources(
            reference, access: RegistryAccess(), transport: transport, patience: Patience())
        let found = try await sources.wholeImage(
            of: reference, preferring: Platform(os: "linux", architecture: "amd64"),
            spooling: Spooling(path: NSTemporaryDirectory() + "/push", jobs: 2, link: Link(connections: 4)))
        let image = ArchivedImage(
            names: [reference], source: reference, index: found.index, manifest: found.manifest,
            config: found.configBytes, diffIDs: found.config.diffIDs, others: found.others)
        return ImageStock(images: [image], blobs: sources)
    }

    private func digest(_ name: String, credentials: String? = nil) async throws -> String {
        let own = credentials.map { ["--creds", $0] } ?? []
        let raw = try await Program.must(
            "skopeo", ["inspect", "--raw", "--tls-verify=false"] + own + ["docker://\(name)"])
        return try Digester.digest(of: Array(raw.utf8)).description
    }

    /// How many uploads docker-registry has been asked for.
    private func uploads(_ server: Server) -> Int {
        server.log.split(separator: "\n").count {
            $0.contains("http.request.method=PUT") && $0.contains("/blobs/uploads/")
        }
    }

    @Test func tenImagesMoveFromOneRegistryToAnotherAndTheSecondPushSendsNothing() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let (from, to) = (try Loopback.freePort(), try Loopback.freePort())
        let source = try await RealServer.registry(port: from)
        defer { withExtendedLifetime(source) {} }
        let target = try await RealServer.registry(port: to)
        try await Program.must("\(TestImage.fixtures)/make-image", [scratch.path("image"), "3", "1"])
        var names: [String] = []
        for number in 0..<10 {
            let layout = number % 2 == 0 ? "\(scratch.path("image")):latest" : "\(TestImage.golden):multi"
            let name = "127.0.0.1:\(from)/team\(number % 3)/app\(number):v\(number)"
            try await RealServer.push(layout, to: name)
            names.append(name)
        }
        let transport = try Transport(TransportConfiguration())
        let destination = try PushDestination(parsing: "127.0.0.1:\(to)/mirror", access: RegistryAccess())
        func pushAll() async throws -> [PushedImage] {
            let run = RegistryPush(to: destination, over: transport, jobs: Self.jobs)
            var pushed: [PushedImage] = []
            for name in names {
                let stock = try await stock(name, over: transport)
                pushed += try await run.push(stock.images[0], from: stock.blobs) { _ in }
            }
            return pushed
        }
        let first = try await pushAll()
        for (name, pushed) in zip(names, first) {
            #expect(try await digest(name) == pushed.digest.description)
            #expect(try await digest(pushed.reference.description) == pushed.digest.description)
        }
        // Every image of a kind takes its blobs over from the first.
        #expect(first[2].blobs.allSatisfy { if case .mounted = $0 { true } else { false } })
        #expect(first.dropFirst(2).allSatisfy { $0.bytesSent == 0 })
        let before = uploads(target)
        #expect(before == first.reduce(0) { $0 + $1.blobs.count { $0 == .sent } })
        let second = try await pushAll()
        #expect(second.allSatisfy { $0.wasThere })
        #expect(uploads(target) == before)
        // And out again, all platforms, every blob read and verified by skopeo.
        for pushed in first.prefix(2) {
            try await Program.must(
                "skopeo",
                [
                    "copy", "--all", "--preserve-digests", "--src-tls-verify=false",
                    "docker://\(pushed.reference.description)",
                    "oci:\(scratch.path("out\(pushed.reference.tag ?? "")")):x",
                ])
        }
        await transport.close()
    }

    /// 24 MiB layers in a registry that wants a password, which is the destination's alone.
    @Test func registryThatWantsAPasswordGetsItsOwn() async throws {
        let login = try await LoginRegistry()
        let port = try Loopback.freePort()
        let source = try await RealServer.registry(port: port)
        defer { withExtendedLifetime(source) {} }
        let name = "127.0.0.1:\(port)/demo/big:latest"
        try await RealServer.push("\(try await TestImage.big()):latest", to: name)
        let transport = try Transport(TransportConfiguration())
        let stock = try await stock(name, over: transport)
        var access = RegistryAccess()
        access.accounts.registry = .password(user: LoginRegistry.user, Secret(LoginRegistry.password))
        let destination = try PushDestination(parsing: login.host, access: access)
        let puller = Puller(transport: transport, access: RegistryAccess())
        let pushed = try #require(try await puller.push(stock, to: destination).images.first)
        #expect(try await digest(name) == pushed.digest.description)
        let credentials = "\(LoginRegistry.user):\(LoginRegistry.password)"
        #expect(
            try await digest("\(login.host)/demo/big:latest", credentials: credentials) == pushed.digest.description)
        let refused = try PushDestination(parsing: login.host, access: RegistryAccess())
        await #expect(throws: PullError.self) { try await puller.push(stock, to: refused) }
        await transport.close()
    }

    /// nginx with its usual limit of 1 MiB on a request's body stands before the registry.
    @Test func proxyWithALimitOnBodiesIsPassedInChunks() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let (from, to, front) = (try Loopback.freePort(), try Loopback.freePort(), try Loopback.freePort())
        let source = try await RealServer.registry(port: from)
        defer { withExtendedLifetime(source) {} }
        let target = try await RealServer.registry(port: to)
        defer { withExtendedLifetime(target) {} }
        let nginx = try await RealServer.nginx(
            """
            server {
                listen 127.0.0.1:\(front); client_max_body_size 1m;
                location / { proxy_pass http://127.0.0.1:\(to); proxy_set_header Host $http_host; }
            }
            """, port: front)
        try await Program.must("\(TestImage.fixtures)/make-image", [scratch.path("image"), "2", "3"])
        let name = "127.0.0.1:\(from)/demo/small:latest"
        try await RealServer.push("\(scratch.path("image")):latest", to: name)
        let transport = try Transport(TransportConfiguration())
        let destination = try PushDestination(parsing: "127.0.0.1:\(front)", access: RegistryAccess())
        let puller = Puller(transport: transport, access: RegistryAccess())
        let pushed = try await puller.push(try await stock(name, over: transport), to: destination).images[0]
        #expect(try await digest("127.0.0.1:\(to)/demo/small:latest") == pushed.digest.description)
        let log = nginx.scratch.text("access")
        #expect(log.contains("\" 413 ") && log.contains("\"PATCH "))
        await transport.close()
    }
}
