import CensorLab
import FoundationEssentials
import LabNet

/// What a client needs of a lab, as files: the authority, and variables for a shell to source.
struct Handover {
    var lab: Lab

    func write(to directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let path = try Self.absolute(directory)
        try Data(lab.authority.utf8).write(to: URL(filePath: path + "/ca.pem"), options: .atomic)
        let variables = [
            ("SCENARIO", lab.scenario.name),
            ("IMAGE", lab.imageName),
            ("DNS", lab.resolverAddresses.map(\.description).joined(separator: ",")),
            ("CANARY", lab.canaries.map(\.description).joined(separator: ",")),
            ("CA", path + "/ca.pem"),
            ("REGISTRY", Lab.registryHost),
            ("ADDRESSES", lab.registry.map(\.address.description).joined(separator: ",")),
        ]
        let text = variables.map { "\($0)=\(Self.quoted($1))\n" }.joined()
        try Data(text.utf8).write(to: URL(filePath: path + "/environment"), options: .atomic)
    }

    /// A word that a shell takes as it is.
    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }

    private static func absolute(_ path: String) throws -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
