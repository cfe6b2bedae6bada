import CAres
import Foundation
import Glibc
import Testing

@testable import LabNet

/// One of other people's servers, run for a test, with all of its children. (Foundation's `Process` knows of no children
/// and waits for them all the same: they hold the pipe on which it hears of the end.)
final class Daemon {
    private let process: pid_t

    /// Whether the program is on this machine.
    static func exists(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Starts a program that stays in the foreground, and waits until it takes connections.
    init(_ path: String, _ arguments: [String], port: UInt16) async throws {
        process = try Self.spawn(path, arguments)
        let endpoint = Endpoint(address: .v4(0x7F00_0001), port: port)
        for _ in 0..<300 {
            if let socket = try? await TCPSocket.connect(to: endpoint, within: .seconds(1), clock: ContinuousClock()) {
                _ = consume socket
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("\(path) does not listen")
    }

    private static func spawn(_ path: String, _ arguments: [String]) throws -> pid_t {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for number in 0...2 as ClosedRange<Int32> {
            posix_spawn_file_actions_addopen(&files, number, "/dev/null", O_RDWR, 0)
        }
        // What other tests have open at this moment must not live on in a daemon.
        for number in 3..<1024 as Range<Int32> { posix_spawn_file_actions_addclose(&files, number) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, path, &files, &attributes, &words, environ) == 0)
        return process
    }

    deinit {
        kill(-process, SIGKILL)
        waitpid(process, nil, 0)
    }

    /// A port that is free, below those that the kernel gives to whoever asks for any.
    static func freePort() throws -> UInt16 {
        for _ in 0..<100 {
            let endpoint = Endpoint(address: .v4(0x7F00_0001), port: .random(in: 20_000..<30_000))
            let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            defer { close(number) }
            if endpoint.withSocketAddress({ bind(number, $0, $1) }) == 0 { return endpoint.port }
        }
        throw SocketFailure(errno: EADDRINUSE)
    }
}
