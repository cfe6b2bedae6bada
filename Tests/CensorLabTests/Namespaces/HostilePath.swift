import Foundation

@testable import CensorLab

/// `censor-lab netns` as a user runs it, for the time of one test.
final class HostilePath: Sendable {
    /// What the lab has written for a shell.
    let variables: [String: String]
    let child: ChildProcess
    private let lines: Lines
    private let folder: URL

    /// As root everything runs, and in CI it has to.
    static let isPossible = geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] != nil
    static let condition = "network namespaces need root"

    private init(variables: [String: String], child: ChildProcess, lines: Lines, folder: URL) {
        self.variables = variables
        self.child = child
        self.lines = lines
        self.folder = folder
    }

    /// Everything that the parties have said so far.
    var said: [String] { lines.all }
    var client: String { variables["CLIENT"] ?? "" }
    /// The namespace of somebody else in the row.
    func namespace(_ role: Topology.Role) -> String { client.replacing("-client", with: "-\(role.rawValue)") }

    /// Runs a scenario, and the body beside it.
    static func with<Value>(
        _ scenario: String, _ options: [String] = [], body: (HostilePath) async throws -> Value
    ) async throws -> Value {
        try await withFolder { folder in
            let path = try await start(scenario, options, in: folder)
            do {
                let value = try await body(path)
                try await path.stop()
                return value
            } catch {
                try await path.stop()
                throw error
            }
        }
    }

    /// Starts a scenario; the caller stops it.
    static func start(_ scenario: String, _ options: [String] = [], in folder: URL) async throws -> HostilePath {
        let lines = Lines()
        let child = try await ChildProcess.start(
            built("censor-lab"), ["netns", scenario, "-small", "-directory", folder.path] + options
        ) { lines.add($0) }
        child.whenEnded { lines.end() }
        guard await lines.wait(until: { $0.contains("ready") }) else {
            throw LabFailure("the lab did not start: \(lines.all.joined(separator: "\n"))")
        }
        let text = try String(contentsOf: folder.appending(path: "environment"), encoding: .utf8)
        let pairs = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1) }
        let variables = Dictionary(
            uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1].dropFirst().dropLast())) })
        return HostilePath(variables: variables, child: child, lines: lines, folder: folder)
    }

    /// Asks the lab to end, as Ctrl-C does, and waits for it.
    func stop() async throws {
        kill(child.process, SIGINT)
        guard try await child.wait() == 0 else { throw LabFailure("the lab ended badly: \(said.suffix(5))") }
    }

    /// The binaries of this build stand beside the tests.
    static func built(_ name: String) -> String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name).path
    }

    /// Runs a program in a namespace, the client's unless said otherwise. It remembers nothing beyond this lab.
    func run(
        _ words: [String], in role: Topology.Role = .client, patience: Int = 60
    ) async throws -> Program.Result {
        let home = ["env", "-u", "XDG_CONFIG_HOME", "XDG_CACHE_HOME=\(folder.path)", "HOME=\(folder.path)", "LC_ALL=C"]
        return try await Program.run(
            "ip", ["netns", "exec", namespace(role)] + home + words, patience: patience)
    }

    /// Runs the tool for the lab's image, every host of it at one address where one is given.
    func tool(
        _ action: String, at address: String? = nil, _ options: [String], patience: Int = 120
    ) async throws -> Program.Result {
        var words = [Self.built("docker-tar-lab"), "-action", action, "-image", variables["IMAGE"] ?? ""]
        words += ["-ca-file", variables["CA"] ?? "", "-lang", "en"]
        if let address {
            words += Lab.hosts.flatMap { ["-resolve", "\($0)=\(address)"] }
        } else {
            words += ["-dns-servers", variables["DNS"] ?? ""]
        }
        if action == "pull" { words += ["-output", folder.appending(path: "image.tar").path] }
        return try await run(words + options, patience: patience)
    }
}
