import CensorLab
import FoundationEssentials
import LabNet

/// What a client needs of a lab, as files: the authority, and variables for a shell to source.
struct Handover {
    /// A certificate, PEM.
    var authority: String
    /// Names and values, in the order in which they are written; `CA` is added.
    var variables: [(name: String, value: String)]

    init(lab: Lab) {
        authority = lab.authority
        variables = [
            ("SCENARIO", lab.scenario.name),
            ("IMAGE", lab.imageName),
            ("DNS", lab.resolverAddresses.map(\.description).joined(separator: ",")),
            ("CANARY", lab.canaries.map(\.description).joined(separator: ",")),
            ("REGISTRY", Lab.registryHost),
            ("ADDRESSES", lab.registry.map(\.address.description).joined(separator: ",")),
            ("CONTROL", "\(Lab.controlHost):\(lab.control.secure.port),\(lab.control.page.port)"),
            ("MIRROR", lab.mirror.map { "\(Lab.mirrorHost):\($0.port)" } ?? ""),
            ("PROXY", lab.proxy.map { "http://\($0)" } ?? ""),
        ]
    }

    /// - Parameter client: the name of the client's namespace.
    init(world: World, scenario: PathScenario, image: LabImage, client: String) {
        let families = NamespaceLab.families
        authority = world.authority
        variables = [
            ("SCENARIO", scenario.name),
            ("CLIENT", client),
            ("IMAGE", "\(Lab.registryHost)/\(image.repository):\(image.tag)"),
            ("DNS", world.resolvers.map(\.address.description).joined(separator: ",")),
            ("CANARY", Topology.Addresses.canaries.of(families).map(\.description).joined(separator: ",")),
            ("REGISTRY", Lab.registryHost),
            ("ADDRESSES", Topology.Addresses.registry.of(families).map(\.description).joined(separator: ",")),
            ("CONTROL", "\(Lab.controlHost):443,80"),
        ]
    }

    func write(to directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let path = Self.absolute(directory)
        try Data(authority.utf8).write(to: URL(filePath: path + "/ca.pem"), options: .atomic)
        let text = (variables + [("CA", path + "/ca.pem")]).map { "\($0.name)=\(Self.quoted($0.value))\n" }.joined()
        try Data(text.utf8).write(to: URL(filePath: path + "/environment"), options: .atomic)
    }

    /// A word that a shell takes as it is.
    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
