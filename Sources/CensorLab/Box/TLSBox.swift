package import LabNet
package import NIOCore
import NIOPosix

/// A box on the path to a server, which reads the names in TLS and kills what is on its list.
///
/// On loopback it is a TCP proxy with an address of its own, which clients take for the server's. It sees streams: a box
/// that looks at single packets cannot stand here. What the kernel tells of packets, it uses: how many segments have come,
/// and how large the client lets them be.
package final class TLSBox: Sendable {
    /// Where it listens; for clients the server's address.
    package var endpoint: Endpoint { listener.endpoint }
    private let listener: Listener

    /// How a connection is killed.
    package enum Action: Hashable, Sendable {
        /// A TCP reset.
        case reset
        /// Silence: nothing is forwarded any more, and the connection stays.
        case blackhole
        /// A TLS alert in the server's place, and a close.
        case alert(UInt8)
    }

    /// What happens to a connection.
    package enum Verdict: Hashable, Sendable, CustomStringConvertible {
        /// It reaches the server.
        case forwarded
        /// It is killed for what its hello says.
        case killed(Action)
        /// It is killed because an earlier one was.
        case penalised(Action)

        /// A few words of English.
        package var description: String {
            switch self {
            case .forwarded: "forwarded"
            case .killed(let action): "\(action)"
            case .penalised(let action): "\(action), for an earlier name"
            }
        }
    }

    /// Interference with a stream that the box has let through.
    package struct Cut: Hashable, Sendable {
        /// After so many bytes from the server.
        package var afterBytes: Int
        /// Reset, or blackhole for a stream that freezes.
        package var action: Action

        /// Joins the two.
        package init(afterBytes: Int, action: Action) {
            self.afterBytes = afterBytes
            self.action = action
        }
    }

    private init(listener: Listener) { self.listener = listener }

    /// Stands before a server.
    ///
    /// - Parameters:
    ///   - wanted: where clients connect; port 0 takes a free one.
    ///   - server: where forwarded connections go.
    ///   - now: the clock of the residual.
    package static func start(
        _ rules: Rules, at wanted: Endpoint, before server: Endpoint, journal: Journal = Journal(),
        now: @escaping @Sendable () -> NIODeadline = NIODeadline.now
    ) async throws -> TLSBox {
        let memory = ResidualMemory(lasting: rules.residual, now: now)
        let server = try SocketAddress(server)
        let listener = try await Listener.start(at: wanted) { channel in
            let party = "box \(try channel.localEndpoint.address)"
            let connection = BoxConnection(rules, memory: memory, server: server, journal: journal, party: party)
            try channel.pipeline.syncOperations.addHandler(connection)
        }
        return TLSBox(listener: listener)
    }

    /// Closes every connection.
    package func stop() async { await listener.stop() }
}
