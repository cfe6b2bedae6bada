internal import LabNet

/// Who asks which host: what the user typed first, then Docker's file, then podman's. Nothing is looked for before a
/// host asks.
public struct Accounts: Sendable {
    /// For the registry of the image's name, whatever its host; never for a mirror.
    public var registry: Credential?
    /// What the user typed for hosts, by `host` or `host:port`; see `add`.
    private var typed: [(host: CredentialHost, credential: Credential)] = []
    /// Where files are, and how they are read.
    public var files: Files?

    /// Nobody: everything is asked anonymously.
    public init() {}

    /// The files of credentials of a machine.
    public struct Files: Sendable {
        /// The path of Docker's `config.json`; nil where there is no place for one.
        public var docker: String?
        /// The paths at which podman's `auth.json` may be, the first to be looked at first.
        public var podman: [String]
        /// The environment of credential helpers.
        public var environment: [String: String]
        /// The text of a file; nil where there is none. It may block.
        public var read: @Sendable (_ path: String) throws(CredentialProblem) -> String?

        /// Puts the parts together.
        public init(
            docker: String?, podman: [String], environment: [String: String],
            read: @escaping @Sendable (_ path: String) throws(CredentialProblem) -> String?
        ) {
            self.docker = docker
            self.podman = podman
            self.environment = environment
            self.read = read
        }
    }

    /// Whether the user typed an account.
    public var isTyped: Bool { registry != nil || !typed.isEmpty }

    /// A text is no host, or its host has an account already.
    public struct HostRefused: Error {}

    /// Takes an account for `host` or `host:port`.
    public mutating func add(_ credential: Credential, for text: String) throws(HostRefused) {
        guard let origin = try? ImageReference.origin(ofRegistry: text, scheme: .https) else { throw HostRefused() }
        let host = CredentialHost(origin)
        guard !typed.contains(where: { $0.host.isSame(as: host) }) else { throw HostRefused() }
        typed.append((host, credential))
    }
}

extension Accounts {
    /// The credential for a registry or mirror: its host's own, and no other's.
    ///
    /// - Throws: `PullError` with the step `.credential` and the file or program as its place; `CancellationError`.
    func credential(for endpoint: RegistryEndpoint, clock: PullClock) async throws -> Credential? {
        if !endpoint.isMirror, let registry { return registry }
        let host = CredentialHost(endpoint.origin)
        if let own = typed.first(where: { $0.host.isSame(as: host) })?.credential { return own }
        guard let files else { return nil }
        let places =
            [files.docker].compactMap { $0.map { (path: $0, kind: CredentialBook.Kind.docker) } }
            + files.podman.map { (path: $0, kind: .podman) }
        for place in places {
            let stored = try await stored(at: place.path, place.kind, files, host, endpoint.repository, clock)
            if let stored { return stored }
        }
        return nil
    }

    /// What one file leads to.
    private func stored(
        at path: String, _ kind: CredentialBook.Kind, _ files: Files, _ host: CredentialHost, _ repository: String,
        _ clock: PullClock
    ) async throws -> Credential? {
        let book = try await withTaskExecutorPreference(.blocking) {
            try await naming(.credential, at: path) { () throws -> CredentialBook? in
                guard let text = try files.read(path) else { return nil }
                return try CredentialBook(text, kind: kind)
            }
        }
        guard let book else { return nil }
        if let helper = try await naming(.credential, at: path, { try book.helper(for: host) }) {
            let kept = try await naming(.credential, at: helper.program) {
                try await helper.credential(for: host.key, environment: files.environment, clock: clock)
            }
            if let kept { return kept }
        }
        return try await naming(.credential, at: path) { try book.credential(for: host, repository: repository) }
    }
}
