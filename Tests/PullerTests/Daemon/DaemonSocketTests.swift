import LabNet
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

@Suite struct DaemonSocketTests {
    @Test(
        arguments: [
            ([:], ["/var/run/docker.sock", "/run/podman/podman.sock"]),
            (
                ["XDG_RUNTIME_DIR": "/run/user/7", "DOCKER_HOST": ""],
                [
                    "/var/run/docker.sock", "/run/user/7/docker.sock", "/run/user/7/podman/podman.sock",
                    "/run/podman/podman.sock",
                ]
            ),
            (["XDG_RUNTIME_DIR": "relative"], ["/var/run/docker.sock", "/run/podman/podman.sock"]),
            (["DOCKER_HOST": "unix:///tmp/d.sock", "XDG_RUNTIME_DIR": "/run/user/7"], ["/tmp/d.sock"]),
        ] as [([String: String], [String])])
    func candidates(environment: [String: String], expected: [String]) throws {
        #expect(try DaemonSocket.candidates(in: environment) == expected)
    }

    @Test(arguments: [
        "tcp://192.0.2.1:2375", "ssh://me@host", "unix://relative.sock", "/var/run/docker.sock", "npipe://x",
    ])
    func otherAddressesAreRefused(address: String) {
        let refusal = PullError(step: .daemon, place: "DOCKER_HOST", cause: .daemonAddress(address))
        #expect(throws: refusal) { try DaemonSocket.find(in: ["DOCKER_HOST": address]) }
    }

    @Test func socketThatTheUserNamesIsTakenUnseen() throws {
        #expect(try DaemonSocket.find(in: ["DOCKER_HOST": "unix:///nowhere/d.sock"]).path == "/nowhere/d.sock")
    }

    @Test(arguments: [
        (
            #"{"stream":"Loaded image: a:1\n"}"# + "\r\n" + #"{"stream":"Loaded image ID: sha256:7\n"}"#,
            ["a:1", "sha256:7"]
        ),
        (#"{"stream":"Loaded image: localhost/a:1,localhost/b:2\n"}"#, ["localhost/a:1", "localhost/b:2"]),
        (#"{"stream":"Loaded image(s): a:1, b:2"}"#, ["a:1", "b:2"]),
        ("noise\n{\"status\":\"Loading layer\"}\n", []),
    ])
    func whatWasLoaded(text: String, expected: [String]) throws {
        #expect(try DaemonReport(Array(text.utf8)).loaded() == expected)
    }

    @Test func errorUnderStatus200IsOne() {
        let text = #"{"stream":"Loaded image: a:1\n"}"# + "\n" + #"{"errorDetail":{"message":"no space"},"error":"no"}"#
        #expect(throws: PullError.Cause.daemon("no space")) { try DaemonReport(Array(text.utf8)).loaded() }
        #expect(throws: PullError.Cause.daemon("no")) { try DaemonReport(Array(#"{"error":"no"}"#.utf8)).loaded() }
    }

    @Test(arguments: [
        (#"{"Version":"20.10.24","Components":[{"Name":"Engine"}]}"#, "Docker"),
        (#"{"Version":"4.3.1","Components":[{"Name":"Podman Engine"}]}"#, "podman"),
        (#"{"Version":"1"}"#, "Docker"),
    ])
    func engines(text: String, name: String) throws {
        #expect(try DaemonEngine(Array(text.utf8)).name == name)
    }

    private func failure(_ body: () async throws -> some Any) async -> PullError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? PullError
        }
    }

    @Test func archiveIsStreamedAndTheAnswerRead() async throws {
        let daemon = PretendDaemon(status: 200, text: #"{"stream":"Loaded image: a:1\n"}"#)
        let socket = DaemonSocket(path: "/d.sock", transport: daemon)
        let names = try await socket.load { body in
            try await withTaskExecutorPreference(.blocking) {
                let stream = try ArchiveStream(to: body)
                try stream.append(
                    ArchiveMember(path: "x", content: .bytes([1, 2, 3]), mode: 0o644, modified: 0))
                _ = try stream.finish()
            }
        }
        #expect(names == ["a:1"])
        #expect(daemon.received.withLock { $0.count } == 512 + 512 + 1024)
        #expect(daemon.targets.withLock(\.self) == ["POST /images/load?quiet=1"])
    }

    @Test func refusalsAreTheDaemonsWords() async throws {
        let refusing = DaemonSocket(
            path: "/d.sock", transport: PretendDaemon(status: 500, text: #"{"message":"invalid tar header"}"#))
        let error = await failure { try await refusing.load { try await $0.write(ByteBuffer(bytes: [1])) } }
        #expect(error == PullError(step: .daemon, place: "/d.sock", cause: .daemon("invalid tar header")))
        let absent = DaemonSocket(
            path: "/d.sock", transport: PretendDaemon(status: 404, text: #"{"message":"No such image: x"}"#))
        #expect(await failure { try await absent.save(["x"]) { _, _ in } }?.cause == .notFound("No such image: x"))
    }

    @Test func whatTheWriterThrowsComesThrough() async throws {
        struct OutOfInk: Error {}
        let socket = DaemonSocket(path: "/d.sock", transport: PretendDaemon(status: 200, text: ""))
        await #expect(throws: OutOfInk.self) { try await socket.load { _ in throw OutOfInk() } }
    }

    @Test func daemonThatReadsHalfHasNotLoaded() async throws {
        let daemon = PretendDaemon(status: 200, text: #"{"stream":"Loaded image: a:1\n"}"#, limit: 10)
        let socket = DaemonSocket(path: "/d.sock", transport: daemon)
        let error = await failure { try await socket.load { try await $0.write(ByteBuffer(repeating: 1, count: 100)) } }
        #expect(error?.cause == .daemon("it has not read the whole archive"))
    }

    @Test func namesAreEncodedAndBytesKeepTheirPlaces() async throws {
        let daemon = PretendDaemon(status: 200, text: "archive")
        let socket = DaemonSocket(path: "/d.sock", transport: daemon)
        let bytes = Mutex<[UInt8]>([])
        let size = try await socket.save(["a/b:1", "x&y=z"]) { piece, offset in
            bytes.withLock { bytes in
                #expect(Int64(bytes.count) == offset)
                bytes += piece
            }
        }
        #expect(size == 7)
        #expect(bytes.withLock(\.self) == Array("archive".utf8))
        #expect(daemon.targets.withLock(\.self) == ["GET /images/get?names=a/b:1&names=x%26y%3Dz"])
    }
}

/// Answers everything alike when it has read the body, or so much of it.
private final class PretendDaemon: HTTPExchanging {
    let status: Int
    let text: String
    let limit: Int
    let received = Mutex<[UInt8]>([])
    let targets = Mutex<[String]>([])

    init(status: Int, text: String, limit: Int = .max) { (self.status, self.text, self.limit) = (status, text, limit) }

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        targets.withLock { $0.append("\(request.method.rawValue) \(request.url.target)") }
        if case .stream(let stream)? = request.body {
            do {
                try await stream.produce(Sink(daemon: self))
            } catch is HTTPSendingEnded {
                // Not heard where no more is wanted.
            }
        }
        return try await receive(
            HTTPResponse(status: status, headers: [:], url: request.url, body: HTTPBody(ByteBuffer(string: text))))
    }

    private struct Sink: HTTPBodyWriting {
        let daemon: PretendDaemon

        func write(_ bytes: ByteBuffer) async throws { try take(Array(bytes.readableBytesView)) }

        func write(_ bytes: UnsafeRawBufferPointer) throws { try take(Array(bytes)) }

        private func take(_ bytes: [UInt8]) throws {
            let count = daemon.received.withLock { received in
                received += bytes
                return received.count
            }
            if count > daemon.limit { throw HTTPSendingEnded() }
        }
    }
}
