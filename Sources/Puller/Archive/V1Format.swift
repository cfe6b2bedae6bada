/// By which structs, and which Go, a release of Docker reads a configuration and writes the objects of its first format.
///
/// Rules: moby `image.V1Image` and `container.Config` of each release.
struct V1Format: Sendable {
    /// `image.V1Image`.
    let type: GoType
    /// The release's own Go.
    let encoder: GoJSON.Encoder

    /// Docker 20.10, whose time cannot be absent.
    static let docker2010 = V1Format(
        created: .time, config: Config(healthcheck: [], command: .stringOrStrings), encoder: .go119)

    private init(created: GoType, config: Config, encoder: GoJSON.Encoder) {
        let config = config.type
        type = .structure([
            .unlessEmpty("id", .string), .unlessEmpty("parent", .string), .unlessEmpty("comment", .string),
            .always("created", created), .unlessEmpty("container", .string), .always("container_config", config),
            .unlessEmpty("docker_version", .string), .unlessEmpty("author", .string),
            .unlessEmpty("config", .pointer(config)), .unlessEmpty("architecture", .string),
            .unlessEmpty("variant", .string), .unlessEmpty("os", .string), .unlessEmpty("Size", .integer),
        ])
        self.encoder = encoder
    }

    /// `container.Config`, where releases differ.
    private struct Config {
        /// What a health check has beside what it always had.
        var healthcheck: [GoType.Field] = [.unlessEmpty("StartInterval", .integer)]
        /// `Cmd`, `Entrypoint` and `Shell`.
        var command = GoType.stringOrStrings
        var ports = GoType.set
        var address: [GoType.Field] = [.unlessEmpty("MacAddress", .string)]
        var onBuild = GoType.Field.always("OnBuild", .strings)

        var type: GoType {
            let healthcheck: [GoType.Field] =
                [
                    .unlessEmpty("Test", .strings), .unlessEmpty("Interval", .integer),
                    .unlessEmpty("Timeout", .integer), .unlessEmpty("StartPeriod", .integer),
                ] + healthcheck + [.unlessEmpty("Retries", .integer)]
            let head: [GoType.Field] = [
                .always("Hostname", .string), .always("Domainname", .string), .always("User", .string),
                .always("AttachStdin", .bool), .always("AttachStdout", .bool), .always("AttachStderr", .bool),
                .unlessEmpty("ExposedPorts", ports), .always("Tty", .bool), .always("OpenStdin", .bool),
                .always("StdinOnce", .bool), .always("Env", .strings), .always("Cmd", command),
                .unlessEmpty("Healthcheck", .pointer(.structure(healthcheck))), .unlessEmpty("ArgsEscaped", .bool),
                .always("Image", .string), .always("Volumes", .set), .always("WorkingDir", .string),
                .always("Entrypoint", command), .unlessEmpty("NetworkDisabled", .bool),
            ]
            let tail: [GoType.Field] = [
                onBuild, .always("Labels", .map), .unlessEmpty("StopSignal", .string),
                .unlessEmpty("StopTimeout", .pointer(.integer)), .unlessEmpty("Shell", command),
            ]
            return .structure(head + address + tail)
        }
    }
}

extension DockerRelease {
    /// The release's form of the first format's objects.
    var v1Format: V1Format {
        switch self {
        case .docker26: .docker26
        case .docker28: .docker28
        case .docker29: .docker29
        }
    }
}

extension V1Format {
    /// Docker 25 to 27.
    fileprivate static let docker26 = V1Format(created: .pointer(.time), config: Config(), encoder: .go119)
    /// Docker 28: a later Go.
    fileprivate static let docker28 = V1Format(created: .pointer(.time), config: Config(), encoder: .go122)
    /// Docker 29: ports are read as ports, and no command from a single string.
    fileprivate static let docker29 = V1Format(
        created: .pointer(.time),
        config: Config(
            command: .strings, ports: .ports, address: [], onBuild: .unlessEmpty("OnBuild", .strings)),
        encoder: .go122)
}
