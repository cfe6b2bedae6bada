import CensorLab
import Foundation
import Puller

@testable import Diagnosis
@testable import LabNet

/// A running lab as the tool meets it: a diagnosis in it, and pulls after that.
struct LabelledLab {
    let lab: Lab
    private let folder: URL
    private let image: ImageReference
    /// No answer takes longer than a fifth of a second here.
    private let window = Duration.seconds(1)
    /// What the resolver of this machine is taken to be.
    private var system: SystemResolver { SystemResolver(servers: Array(lab.resolvers.prefix(1)), policy: .ip) }

    /// Starts a scenario, and stops it when the body returns.
    static func run<Value>(_ scenario: Scenario, _ body: (LabelledLab) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "labelled-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let lab = try await Lab.start(scenario, image: .compact())
        do {
            try lab.authority.write(to: folder.appending(path: "ca.pem"), atomically: true, encoding: .utf8)
            let value = try await body(
                LabelledLab(lab: lab, folder: folder, image: ImageReference(parsing: lab.imageName)))
            await lab.stop()
            return value
        } catch {
            await lab.stop()
            throw error
        }
    }

    private var configuration: TransportConfiguration {
        var configuration = TransportConfiguration()
        configuration.trust.authorityFile = folder.appending(path: "ca.pem").path
        configuration.memoryFolder = folder.appending(path: "memory").path
        configuration.holdOnWindow = window
        configuration.timeouts.connect = .seconds(4)
        configuration.timeouts.handshake = .seconds(4)
        configuration.timeouts.firstByte = .seconds(10)
        configuration.timeouts.proving = .seconds(2)
        configuration.timeouts.idle = .seconds(10)
        return configuration
    }

    private func examiner(_ change: (inout TransportConfiguration) -> Void = { _ in }) throws -> Examiner {
        var configuration = configuration
        change(&configuration)
        return try Examiner(
            configuration, asking: ResolverList(resolvers: lab.resolverAddresses, canaries: lab.canaries),
            environment: [:], system: system)
    }

    /// Where the mirror is, as a user names it.
    private var mirror: String? { lab.mirror.map { "\(Lab.mirrorHost):\($0.port)" } }

    private var target: Target {
        get throws {
            guard let mirror else { return try Target(parsing: lab.imageName) }
            return try Target(mirror: mirror, of: image)
        }
    }

    /// A diagnosis of the image's registry, or of its mirror where there is one.
    func diagnosis() async throws -> (findings: Findings, assessment: Assessment?) {
        let examiner = try examiner()
        let control = Control(
            host: .name(Lab.controlHost), port: lab.control.secure.port, pagePort: lab.control.page.port)
        // As in the environment of a shell: lab mode leaves such a proxy alone.
        let proxy = lab.proxy.map {
            Setting.Proxy(ProxyServer(kind: .http, host: .address($0.address), port: $0.port), isUsed: false)
        }
        let examination = Examination(
            targets: [try target], setting: Setting(control: control, proxy: proxy), transport: examiner
        )
        let findings = try await examination.run()
        await examiner.close()
        return (findings, Assessment.all(of: findings).first)
    }

    /// A pull of the image by a way that a diagnosis has claimed: another run of the tool, which finds what the last one
    /// has remembered.
    func pull(by way: Way) async throws {
        var access = RegistryAccess()
        let transport: any HTTPExchanging
        switch way {
        case .ordinary, .withoutProxy: transport = try ordinary(.ip)
        case .family(let family): transport = try ordinary(family.alone)
        case .lab(_, let family): transport = try examiner { $0.family = family?.alone ?? .ip }
        case .segmentSize(let size): transport = try examiner { $0.segmentSize = size }
        case .mirror(let place):
            access.mirrors = [try RegistryMirror(parsing: place)]
            transport = try examiner()
        }
        if let mirror { access.mirrors = [try RegistryMirror(parsing: mirror)] }
        let output = folder.appending(path: "image.tar").path
        let request = PullRequest(
            reference: image, platform: Platform(os: "linux", architecture: "amd64"),
            output: .file(path: output, replacing: .anything))
        _ = try await Puller(transport: transport, access: access).pull(request)
    }

    private func ordinary(_ family: AddressFamilyPolicy) throws -> Transport {
        var configuration = configuration
        configuration.mode = .ordinary(resolvers: Array(lab.resolvers.prefix(1)))
        configuration.family = family
        configuration.proxy = .none
        return try Transport(configuration)
    }
}

extension IPAddress.Family {
    fileprivate var alone: AddressFamilyPolicy { self == .ip4 ? .ip4 : .ip6 }
}
