import Foundation

@testable import CensorLab

/// tcpdump, as a judge of the packets on one interface.
enum Tcpdump {
    /// What it sees in one namespace while the body runs, a line a packet.
    ///
    /// - Parameter count: so many packets are waited for after the body.
    static func watch(
        _ role: Topology.Role, of path: HostilePath, on interface: String, _ filter: String, expecting count: Int,
        body: () async throws -> Void
    ) async throws -> [String] {
        let lines = Lines()
        let words = ["netns", "exec", path.namespace(role), "tcpdump", "--immediate-mode", "-l", "-n", "-S", "-vv"]
        let child = try await ChildProcess.start(IPRoute().path, words + ["-i", interface, filter]) { lines.add($0) }
        child.whenEnded { lines.end() }
        var failure: (any Error)?
        do {
            _ = await lines.wait { $0.contains { $0.contains("listening on") } }
            try await body()
            _ = await lines.wait { packets(in: $0).count >= count }
        } catch { failure = error }
        kill(child.process, SIGINT)
        _ = try await child.wait()
        if let failure { throw failure }
        return packets(in: lines.all)
    }

    /// It breaks a packet's line in two; here they are one again.
    private static func packets(in lines: [String]) -> [String] {
        lines.reduce(into: []) { packets, line in
            if line.firstMatch(of: #/^\d\d:\d\d:\d\d/#) != nil {
                packets.append(line)
            } else if line.hasPrefix("    "), let last = packets.popLast() {
                packets.append(last + line)
            }
        }
    }
}
