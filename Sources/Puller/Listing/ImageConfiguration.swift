internal import FoundationEssentials

/// All that an image's configuration says to people (OCI image-spec config.md, and Docker's fields beside it).
public struct ImageConfiguration: Hashable, Sendable {
    /// What the image runs on.
    public var platform: Platform
    /// When it was made, as it stands there.
    public var created: String?
    /// Who made it.
    public var author: String?
    /// User, and perhaps group, that it runs as.
    public var user: String?
    /// Its environment, `NAME=VALUE`.
    public var environment: [String]
    /// What is run, before ``command``.
    public var entrypoint: [String]?
    /// What is run, or given to ``entrypoint``.
    public var command: [String]?
    /// Where it is run.
    public var workingFolder: String?
    /// Ports that it listens on, `80/tcp`, in order.
    public var ports: [String]
    /// Folders that are kept outside of it, in order.
    public var volumes: [String]
    /// Its labels.
    public var labels: [String: String]
    /// The signal that ends it.
    public var stopSignal: String?
    /// How its health is asked for: Docker's `Healthcheck.Test`.
    public var healthCheck: [String]?
    /// What is done in images that are built on it.
    public var onBuild: [String]
    /// The shell of commands that are text.
    public var shell: [String]?
    /// How it was made, the first step first.
    public var history: [Step]

    /// One step of its making.
    public struct Step: Hashable, Sendable {
        /// When, as it stands there.
        public var created: String?
        /// Which command did it.
        public var createdBy: String?
        /// Who did it.
        public var author: String?
        /// What he said of it.
        public var comment: String?
        /// Whether it made no layer.
        public var isEmpty: Bool
    }
}

extension ImageConfiguration {
    /// Reads a configuration whose bytes have been verified.
    ///
    /// - Throws: `.malformed`.
    public init(_ bytes: [UInt8]) throws(PullError.Cause) {
        let wire: Wire
        do { wire = try JSONDecoder().decode(Wire.self, from: Data(bytes)) } catch {
            throw .malformed("the configuration is not JSON of the right shape")
        }
        self.init(wire)
        history = (wire.history ?? []).map { step in
            Step(
                created: step.created, createdBy: step.createdBy, author: step.author, comment: step.comment,
                isEmpty: step.isEmpty ?? false)
        }
    }

    /// Reads what the steps of schema 1 say; the last one has the image's settings.
    ///
    /// - Throws: `.malformed`.
    init(_ manifest: Schema1Manifest) throws(PullError.Cause) {
        let wires: [Wire]
        do {
            wires = try manifest.steps.map {
                try JSONDecoder().decode(Wire.self, from: Data($0.compatibility.bytes()))
            }
        } catch {
            throw .malformed("v1Compatibility is not JSON of the right shape")
        }
        guard let last = wires.last else { throw .malformed("no history") }
        self.init(last)
        platform = manifest.platform
        history = zip(wires, manifest.steps).map { wire, step in
            Step(
                created: wire.created, createdBy: wire.container?.command?.words.joined(separator: " "),
                author: wire.author, comment: wire.comment, isEmpty: step.isThrownAway)
        }
    }

    private init(_ wire: Wire) {
        let settings = wire.config
        platform = Platform(
            os: wire.os.flatMap { $0.isEmpty ? nil : $0 } ?? "linux", architecture: wire.architecture ?? "",
            variant: wire.variant, osVersion: wire.osVersion)
        (created, author) = (wire.created, wire.author)
        user = settings?.user
        environment = settings?.environment?.compactMap(\.self) ?? []
        (entrypoint, command) = (settings?.entrypoint?.words, settings?.command?.words)
        workingFolder = settings?.workingFolder
        ports = settings?.ports?.keys.sorted() ?? []
        volumes = settings?.volumes?.keys.sorted() ?? []
        labels = settings?.labels?.compactMapValues(\.self) ?? [:]
        stopSignal = settings?.stopSignal
        healthCheck = settings?.healthCheck?.test
        onBuild = settings?.onBuild ?? []
        shell = settings?.shell
        history = []
    }
}

// MARK: On the wire

private struct Wire: Decodable {
    var created: String?
    var author: String?
    var comment: String?
    var os: String?
    var architecture: String?
    var variant: String?
    var osVersion: String?
    var config: Settings?
    /// In schema 1: the container that made the step.
    var container: Settings?
    var history: [WireStep]?

    enum CodingKeys: String, CodingKey {
        case created, author, comment, os, architecture, variant, config, history
        case osVersion = "os.version"
        case container = "container_config"
    }
}

private struct Settings: Decodable {
    var user: String?
    var environment: [String?]?
    var entrypoint: Words?
    var command: Words?
    var workingFolder: String?
    var ports: [String: Anything]?
    var volumes: [String: Anything]?
    var labels: [String: String?]?
    var stopSignal: String?
    var healthCheck: HealthCheck?
    var onBuild: [String]?
    var shell: [String]?

    enum CodingKeys: String, CodingKey {
        case user = "User"
        case environment = "Env"
        case entrypoint = "Entrypoint"
        case command = "Cmd"
        case workingFolder = "WorkingDir"
        case ports = "ExposedPorts"
        case volumes = "Volumes"
        case labels = "Labels"
        case stopSignal = "StopSignal"
        case healthCheck = "Healthcheck"
        case onBuild = "OnBuild"
        case shell = "Shell"
    }
}

private struct HealthCheck: Decodable {
    var test: [String]?

    enum CodingKeys: String, CodingKey { case test = "Test" }
}

private struct WireStep: Decodable {
    var created: String?
    var createdBy: String?
    var author: String?
    var comment: String?
    var isEmpty: Bool?

    enum CodingKeys: String, CodingKey {
        case created, author, comment
        case createdBy = "created_by"
        case isEmpty = "empty_layer"
    }
}

/// A command: a list, or, from before Docker 1.0, one text (moby's `strslice`).
private struct Words: Decodable {
    var words: [String]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            words = [text]
        } else {
            words = try container.decode([String].self)
        }
    }
}

/// The value beside a port or volume: an empty object, which says nothing.
private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
}
