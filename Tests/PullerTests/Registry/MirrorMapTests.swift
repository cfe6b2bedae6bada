import Testing

@testable import Puller

@Suite struct MirrorMapTests {
    private let map = """
        # where images come from
        docker.io = a.example, b.example/hub   # two
        ghcr.io=https://g.example:8443

        * = m.example/{registry}
        localhost:5000 = http://n.example
        """

    @Test(
        arguments: [
            ("docker.io", ["a.example", "b.example/hub"]), ("ghcr.io", ["https://g.example:8443"]),
            ("localhost:5000", ["http://n.example"]), ("quay.io", ["m.example/{registry}"]),
        ])
    func reads(_ registry: String, _ mirrors: [String]) throws {
        #expect(try MirrorMap(parsing: map).mirrors(for: registry).map(\.description) == mirrors)
    }

    @Test func namesOfDockerHubAreOne() throws {
        for name in ["docker.io", "index.docker.io"] {
            #expect(try MirrorMap(parsing: "\(name) = a.example").mirrors(for: "docker.io").count == 1, "\(name)")
        }
    }

    @Test func whoeverHasNoLineAndNoStarHasNoMirror() throws {
        #expect(try MirrorMap(parsing: "docker.io = a.example").mirrors(for: "quay.io").isEmpty)
        #expect(try MirrorMap(parsing: "").mirrors(for: "quay.io").isEmpty)
    }

    @Test(
        arguments: [
            ("a.example", 1), ("docker.io =", 1), ("\ndocker.io = a.example,", 2), ("= a.example", 1),
            ("docker.io = a b", 1), ("docker.io = a.example\ndocker.io = b.example", 2), ("nginx = a.example", 1),
            ("docker.io = {registry}.example", 1), ("docker.io = a.example/../b", 1), ("docker.io = a.example = b", 1),
        ])
    func refuses(_ text: String, _ line: Int) {
        let error = #expect(throws: MirrorMap.UnreadableLine.self) { try MirrorMap(parsing: text) }
        #expect(error?.number == line)
    }
}
