internal import Glibc
internal import Synchronization

/// `ip` of iproute2.
struct IPRoute: Sendable {
    /// Where it stands.
    let path: String

    /// Finds it.
    ///
    /// - Throws: `LabFailure` where it is not installed.
    init() throws {
        let places = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"]
        guard let path = places.first(where: { access($0, X_OK) == 0 }) else {
            throw LabFailure("ip is not installed (Debian: iproute2)")
        }
        self.path = path
    }

    /// Runs it once.
    ///
    /// - Throws: `LabFailure` with its own words.
    func run(_ arguments: [String]) async throws {
        let said = Words()
        let child = try await ChildProcess.start(path, arguments) { said.add($0) }
        guard try await child.wait() == 0 else {
            throw LabFailure("ip \(arguments.joined(separator: " ")): \(said.text)")
        }
    }
}

/// What a program says, kept.
private final class Words: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "; ") } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
