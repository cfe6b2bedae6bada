import Foundation
import Testing

@testable import Puller

/// Archives of two images are loaded by the engines, and Docker 20.10 saves them again as they were.
@Suite(.serialized, .enabled(if: getuid() == 0, "the engines' daemons run as root only"))
struct SeveralImagesLoadTests {
    private static let layouts = [ArchiveLayout.docker(keepIndex: false)] + LayoutReadingTests.inflated

    private static let names = [
        ("registry.local:5000/lab/one:first", LaidOut.amd64), ("lab/one:again", LaidOut.amd64),
        ("registry.local:5000/lab/two:second", LaidOut.arm),
    ]

    private func imageID(_ manifest: String) throws -> String {
        try LaidOut.image(manifest, as: "x:y").manifest.config.digest.description
    }

    @Test func docker2010LoadsAll() async throws {
        for layout in Self.layouts {
            let (server, host) = try await RealServer.docker()
            defer { withExtendedLifetime(server) {} }
            let scratch = try Scratch()
            defer { scratch.remove() }
            try LaidOut.write(try LayoutReadingTests.images(), in: layout, to: scratch.path("a.tar"))
            try await Program.must("docker", ["-H", host, "load", "-i", scratch.path("a.tar")])
            for (name, manifest) in Self.names {
                let id = try await Program.must("docker", ["-H", host, "inspect", "--format", "{{.Id}}", name])
                #expect(id.trimmingCharacters(in: .whitespacesAndNewlines) == (try imageID(manifest)), "\(layout)")
            }
        }
    }

    @Test func podmanLoadsAll() async throws {
        for layout in Self.layouts + [.oci(keepIndex: false)] {
            let scratch = try Scratch()
            defer { scratch.remove() }
            // podman takes an OCI archive of one name, and gives the image a name of its own.
            let isOCI = layout == .oci(keepIndex: false)
            let images = try LayoutReadingTests.images().suffix(isOCI ? 1 : 2)
            try LaidOut.write(Array(images), in: layout, to: scratch.path("a.tar"))
            let podman = scratch.podmanStore
            try await Program.must("podman", podman + ["load", "-i", scratch.path("a.tar")])
            let listed = try await Program.must(
                "podman", podman + ["images", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}"])
            for image in images { #expect(listed.contains(image.manifest.config.digest.description), "\(layout)") }
            guard !isOCI else { continue }
            for (name, manifest) in Self.names {
                // podman takes a name without a registry for its own.
                let full = name.hasPrefix("registry") ? name : "localhost/\(name)"
                #expect(listed.contains("\(try imageID(manifest)) \(full)"), "\(layout)")
            }
        }
    }

    /// Docker goes through the images in another order each time, so what it saves is one of two archives; the times of the
    /// save are its own.
    @Test func docker2010SavesTheSame() async throws {
        let (server, host) = try await RealServer.docker()
        defer { withExtendedLifetime(server) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let images = try LayoutReadingTests.images()
        let saveTime: Int64 = 1_000_000_000
        for (order, name) in [(images, "ours-0"), (images.reversed(), "ours-1")] {
            try LaidOut.write(order, in: .docker2010(saveTime: saveTime), to: scratch.path("\(name).tar"))
        }
        try await Program.must("docker", ["-H", host, "load", "-i", scratch.path("ours-0.tar")])
        var ours: [String: String] = [:]
        for name in ["ours-0", "ours-1"] { ours[name] = try await listing(of: name, in: scratch) }
        #expect(ours["ours-0"] != ours["ours-1"])
        for round in 0..<4 {
            try await Program.must(
                "docker", ["-H", host, "save", "-o", scratch.path("docker-\(round).tar")] + Self.names.map(\.0))
            let docker = try await listing(of: "docker-\(round)", in: scratch)
            #expect(ours.values.contains(docker), "\(docker)")
        }
    }

    /// Every member with its mode, owner, size, time and target, and the digest of its content; times of a save as a word.
    private func listing(of name: String, in scratch: Scratch) async throws -> String {
        try await Program.must("python3", ["-c", Self.listing, scratch.path("\(name).tar")])
    }

    private static let listing = """
        import hashlib, sys, tarfile
        for m in tarfile.open(sys.argv[1]):
            time = "saved" if m.mtime >= 1_720_000_000 or m.mtime == 1_000_000_000 else m.mtime
            content = hashlib.sha256(tarfile.open(sys.argv[1]).extractfile(m.name).read()).hexdigest() if m.isreg() else ""
            print(m.name, oct(m.mode), m.uid, m.gid, m.uname, m.gname, m.size, time, m.type, m.linkname, content)
        """
}
