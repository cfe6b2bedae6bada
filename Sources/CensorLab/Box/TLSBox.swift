package import LabNet
package import NIOCore
import NIOPosix
internal import Synchronization

/// A box on the path to a server, which reads the names in TLS and kills what is on its list.
///
/// On loopback it is a TCP proxy with an address of its own, which clients take for the server's. It sees streams: a box
/// that looks at single packets cannot stand here.
package final class TLSBox: Sendable {
    /// Where it listens; for clients the server's address.
    package var endpoint: Endpoint { listener.endpoint }
    private let listener: Listener

    /// What a box does.
    package struct Rules: Sendable {
        /// How much it puts together before it looks for a name.
        package var reader: Reading.Reader
        /// The names that it kills.
        package var names: NameList
        /// How it kills.
        package var action: Action = .reset
        /// How long it kills whatever the same client sends to the same endpoint afterwards; nil for not at all.
        package var residual: Duration?
        /// What it does to a hello without a name; nil lets it pass.
        package var nameless: Action?
        /// What it does in the middle of the server's answers; nil lets them pass.
        package var cut: Cut?

        /// A box that resets connections to these names.
        package init(reader: Reading.Reader, names: NameList) {
            self.reader = reader
            self.names = names
        }
    }

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
            let connection = BoxConnection(rules, memory: memory, server: server, journal: journal)
            try channel.pipeline.syncOperations.addHandler(connection)
        }
        return TLSBox(listener: listener)
    }

    /// Closes every connection.
    package func stop() async { await listener.stop() }
}

extension TLSBox.Action: CustomStringConvertible {
    /// A word or two of English.
    package var description: String {
        switch self {
        case .reset: "reset"
        case .blackhole: "swallowed"
        case .alert(let code): "answered with alert \(code)"
        }
    }
}

extension TLSBox.Rules {
    /// What a hello brings upon itself.
    func verdict(on reading: Reading) -> TLSBox.Verdict {
        switch reading {
        case .name(let name) where names.contains(name): .killed(action)
        case .nameless: nameless.map { .killed($0) } ?? .forwarded
        case .name, .unreadable: .forwarded
        }
    }
}

/// Which clients are in their penalty (residual censorship), by client address; one box stands before one endpoint.
final class ResidualMemory: Sendable {
    private let duration: TimeAmount?
    private let now: @Sendable () -> NIODeadline
    private let ends = Mutex<[IPAddress: NIODeadline]>([:])

    init(lasting duration: Duration?, now: @escaping @Sendable () -> NIODeadline) {
        self.duration = duration.map(TimeAmount.init)
        self.now = now
    }

    func begin(for client: IPAddress) {
        guard let duration else { return }
        let end = now() + duration
        ends.withLock { $0[client] = end }
    }

    func holds(_ client: IPAddress) -> Bool {
        let now = now()
        return ends.withLock { ends in ends[client].map { now < $0 } ?? false }
    }
}
