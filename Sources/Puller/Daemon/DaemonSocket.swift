#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif
internal import LabNet

/// The socket of a Docker or podman daemon of this machine.
public struct DaemonSocket: Sendable {
    /// Where it is.
    public let path: String
    let transport: any HTTPExchanging

    /// How long a daemon may be silent: it says nothing while it unpacks an image of many gigabytes.
    private static let patience = Duration.seconds(24 * 3600)

    /// Nothing is opened yet.
    public init(path: String) {
        self.init(path: path, transport: UnixSocketTransport(path: path, patience: Self.patience))
    }

    /// A daemon behind another transport.
    init(path: String, transport: any HTTPExchanging) {
        self.path = path
        self.transport = transport
    }

    /// The socket that `DOCKER_HOST` names, or the first of the usual ones that may be written to.
    ///
    /// Where only such are there that may not be, the first of them is taken, and says so itself. Docker's contexts are not
    /// read. A daemon of another machine is refused: without TLS anybody on the way could give orders there.
    /// - Throws: `PullError`: `.daemonAddress`, `.noDaemon`.
    public static func find(in environment: [String: String]) throws(PullError) -> DaemonSocket {
        let paths = try candidates(in: environment)
        // The one that the user named is taken at his word.
        if paths.count == 1, let named = paths.first { return DaemonSocket(path: named) }
        let sockets = paths.filter { isSocket($0) }
        guard let path = sockets.first(where: { access($0, W_OK) == 0 }) ?? sockets.first else {
            throw PullError(step: .daemon, place: paths.first ?? "", cause: .noDaemon(paths))
        }
        return DaemonSocket(path: path)
    }

    /// Where a daemon may listen, the likeliest first; one place where `DOCKER_HOST` names it.
    static func candidates(in environment: [String: String]) throws(PullError) -> [String] {
        if let address = environment["DOCKER_HOST"], !address.isEmpty {
            let scheme = "unix://"
            guard address.hasPrefix(scheme + "/") else {
                throw PullError(step: .daemon, place: "DOCKER_HOST", cause: .daemonAddress(address))
            }
            return [String(address.dropFirst(scheme.count))]
        }
        let own = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return ["/var/run/docker.sock"] + (own.map { ["\($0)/docker.sock", "\($0)/podman/podman.sock"] } ?? [])
            + ["/run/podman/podman.sock"]
    }

    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}
