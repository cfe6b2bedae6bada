import Foundation
import LabNet
import Synchronization
import Testing

@testable import Puller

/// Docker's and podman's daemons load an archive over their sockets, and save it again.
@Suite(.serialized, .timeLimit(.minutes(4)), .enabled(if: getuid() == 0, "the engines' daemons run as root only"))
struct DaemonTests {
    private static let name = "127.0.0.1:5055/lab/img1:single"
    private static let imageID = "sha256:8967568ce43d05e662a18209cf861213de2b99d4b4f871225dd28e44246255d8"

    /// Sends an archive of the fixtures in pieces, on a thread that may block.
    private func load(_ archive: Data, into socket: DaemonSocket) async throws -> [String] {
        try await socket.load { body in
            try await withTaskExecutorPreference(.blocking) {
                for start in stride(from: 0, to: archive.count, by: 50_000) {
                    try archive[start..<min(start + 50_000, archive.count)].withUnsafeBytes { try body.write($0) }
                }
            }
        }
    }

    private func save(_ names: [String], from socket: DaemonSocket) async throws -> Data {
        let bytes = Mutex(Data())
        let size = try await socket.save(names) { piece, offset in
            bytes.withLock { bytes in
                #expect(Int64(bytes.count) == offset)
                bytes.append(contentsOf: piece)
            }
        }
        #expect(bytes.withLock { $0.count } == Int(size))
        return bytes.withLock(\.self)
    }

    /// Loads, saves, and has what was saved judged; what is no archive, or not there, is an error in the daemon's words.
    private func judge(_ socket: DaemonSocket, engine: String) async throws {
        #expect(try await socket.engine().name == engine)
        let loaded = try await load(try TestImage.goldenArchive("docker-20.10.tar"), into: socket)
        #expect(loaded == [Self.name])
        let scratch = try Scratch()
        defer { scratch.remove() }
        let saved = scratch.path("saved.tar")
        try await save([Self.name], from: socket).write(to: URL(fileURLWithPath: saved))
        let manifest = try await Program.must("tar", ["-xOf", saved, "manifest.json"])
        #expect(manifest.contains(String(Self.imageID.dropFirst("sha256:".count))))
        do {
            _ = try await load(Data("this is no archive, and will never be one".utf8), into: socket)
            Issue.record("loaded")
        } catch let error as PullError {
            guard case .daemon(let words) = error.cause, !words.isEmpty else { throw error }
        }
        do {
            _ = try await save(["127.0.0.1:5055/no/such:image"], from: socket)
            Issue.record("saved")
        } catch let error as PullError {
            switch error.cause {
            case .notFound, .daemon: break
            default: throw error
            }
        }
    }

    @Test func docker2010() async throws {
        let (server, host) = try await RealServer.docker()
        defer { withExtendedLifetime(server) {} }
        try await judge(try DaemonSocket.find(in: ["DOCKER_HOST": host]), engine: "Docker")
        let id = try await Program.must("docker", ["-H", host, "inspect", "--format", "{{.Id}}", Self.name])
        #expect(id.trimmingCharacters(in: .whitespacesAndNewlines) == Self.imageID)
    }

    @Test func podman() async throws {
        let scratch = try Scratch()
        let socket = scratch.path("podman.sock")
        let own = scratch.podmanStore
        let server = try await Server(
            "podman", own + ["system", "service", "--time", "0", "unix://\(socket)"], scratch: scratch
        ) { FileManager.default.fileExists(atPath: socket) }
        defer { withExtendedLifetime(server) {} }
        try await judge(DaemonSocket(path: socket), engine: "podman")
    }
}
