import Foundation
import Testing

/// The same image makes the same archive: at another time, for another user, in another time zone.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: getuid() == 0, "only root can be somebody else"))
struct ReproducibleTests {
    @Test(arguments: [
        "docker", "docker-29-graphdriver", "docker-28", "docker-26", "docker-20.10", "oci", "synology",
    ])
    func oneHash(_ format: String) async throws {
        let port = try Loopback.freePort()
        let registry = try await RealServer.registry(port: port)
        defer { withExtendedLifetime(registry) {} }
        let name = "127.0.0.1:\(port)/lab/img1:single"
        try await RealServer.push("\(TestImage.golden):single", to: name)
        let scratch = try Scratch()
        defer { scratch.remove() }
        #expect(chmod(scratch.path, 0o777) == 0)
        // Where others may run it, wherever it was built.
        let tool = scratch.path("docker-tar-lab")
        try FileManager.default.copyItem(atPath: Tool.path, toPath: tool)
        func pull(_ file: String, as user: [String], _ environment: [String: String]) async throws -> Data {
            let path = scratch.path(file)
            let variables = environment.map { "\($0)=\($1)" }
            let command = [tool, "pull", name, "-format", format, "-output", path, "-quiet", "-no-cache"]
            try await Program.must(
                "setpriv", user + ["env", "HOME=\(scratch.path)"] + variables + command, in: scratch)
            return try Data(contentsOf: URL(fileURLWithPath: path))
        }
        let here = try await pull("one.tar", as: ["--reuid=0"], ["TZ": "America/New_York"])
        // No tar header tells less than a second.
        let second = time(nil)
        while time(nil) == second { try await Task.sleep(for: .milliseconds(20)) }
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        let there = try await pull("two.tar", as: nobody, ["TZ": "Asia/Shanghai"])
        #expect(here == there)
    }
}
