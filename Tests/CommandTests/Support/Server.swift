import Foundation
import Glibc

/// A real server as a process of its own, which ends when it is dropped or when the test process does.
final class Server: Sendable {
    private let guardian: Int32
    /// Where it keeps what it needs and says.
    let scratch: Scratch

    /// Starts a program and waits until it answers on `port` of `address`.
    ///
    /// A shell stands guard: it ends the server when its standard input ends, and that happens however this process dies.
    init(
        _ name: String, _ arguments: [String], scratch: Scratch, environment: [String: String] = [:],
        until ready: () async throws -> Bool
    ) async throws {
        guard let path = Program.find(name) else { throw SettingFailed(description: "\(name) is not installed") }
        self.scratch = scratch
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", Self.guarded, name, path] + arguments
        process.environment = Program.plainEnvironment.merging(environment) { $1 }
        process.currentDirectoryURL = scratch.url
        let log = try scratch.file("log")
        process.standardOutput = log
        process.standardError = log
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else {
            throw SettingFailed(description: "no pipe: \(errno)")
        }
        process.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: false)
        guardian = ends[1]
        try process.run()
        close(ends[0])
        for _ in 0..<400 {
            if try await ready() { return }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw SettingFailed(description: "\(name) did not start:\n\(scratch.text("log"))")
    }

    deinit { close(guardian) }

    private static let guarded = """
        exec 3<&0
        "$@" </dev/null & server=$!
        (read -r <&3; kill "$server"; sleep 3; kill -9 "$server") 2>/dev/null &
        wait "$server"
        """

    /// What it has printed so far.
    var log: String { scratch.text("log") }
}

/// Ports and addresses of this machine.
enum Loopback {
    /// A TCP and UDP port that nobody holds on this address now.
    static func freePort(_ address: String = "127.0.0.1") throws -> Int {
        for _ in 0..<50 {
            let port = Int.random(in: 20_000..<32_000)
            if !accepts(address, port), canBind(address, port, SOCK_STREAM), canBind(address, port, SOCK_DGRAM) {
                return port
            }
        }
        throw SettingFailed(description: "no free port on \(address)")
    }

    /// Whether somebody accepts TCP there.
    static func accepts(_ address: String, _ port: Int) -> Bool {
        onSocket(address, port, SOCK_STREAM) { socket, target, length in connect(socket, target, length) == 0 }
    }

    private static func canBind(_ address: String, _ port: Int, _ kind: __socket_type) -> Bool {
        onSocket(address, port, kind) { socket, target, length in bind(socket, target, length) == 0 }
    }

    private static func onSocket(
        _ address: String, _ port: Int, _ kind: __socket_type,
        _ act: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        let isV6 = address.contains(":")
        let socket = Glibc.socket(isV6 ? AF_INET6 : AF_INET, Int32(kind.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var target = sockaddr_storage()
        return withUnsafeMutablePointer(to: &target) { storage in
            if isV6 {
                storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    $0.pointee.sin6_family = sa_family_t(AF_INET6)
                    $0.pointee.sin6_port = in_port_t(UInt16(port).bigEndian)
                    inet_pton(AF_INET6, address, &$0.pointee.sin6_addr)
                }
            } else {
                storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    $0.pointee.sin_family = sa_family_t(AF_INET)
                    $0.pointee.sin_port = in_port_t(UInt16(port).bigEndian)
                    inet_pton(AF_INET, address, &$0.pointee.sin_addr)
                }
            }
            let length = socklen_t(isV6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
            return storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { act(socket, $0, length) }
        }
    }
}
