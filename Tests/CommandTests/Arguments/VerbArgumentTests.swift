import LabNet
import Testing

@testable import Puller
@testable import docker_tar_lab

/// The command lines of `inspect`, `tags`, `sync` and `convert`, and of a pull of several images.
@Suite struct VerbArgumentTests {
    private func sync(_ line: String, _ surroundings: Surroundings = surroundings()) throws -> SyncRequest {
        guard case .sync(let request) = try invocation(line, surroundings).task else { throw UsageError.missingAction }
        return request
    }

    private func names(_ line: String, _ surroundings: Surroundings = surroundings()) throws -> [String] {
        try sync(line, surroundings).sync.images.map(\.familiar)
    }

    @Test(arguments: [
        ("inspect nginx", InspectRequest.Source?.none, nil as String?, false),
        ("inspect nginx -arch armv7 -json", nil, "armv7", true),
        ("inspect nginx.tar", .archive("nginx.tar"), nil, false),
        ("inspect ./folder", .archive("./folder"), nil, false),
        ("inspect /a/b -arch arm64", .archive("/a/b"), "arm64v8", false),
        ("inspect a.TAR.GZ", .archive("a.TAR.GZ"), nil, false),
    ])
    func whatIsInspected(line: String, source: InspectRequest.Source?, platform: String?, asJSON: Bool) throws {
        guard case .inspect(let request) = try invocation(line).task else {
            Issue.record("no inspection")
            return
        }
        let image = try ImageReference(parsing: "nginx")
        #expect(request.source == source ?? .image(image))
        #expect(request.platform?.listName == platform)
        #expect(request.asJSON == asJSON)
    }

    @Test func tagsHaveTheirRepository() throws {
        guard case .tags(let reference, let asJSON) = try invocation("tags quay.io/a/b -json").task else {
            Issue.record("no tags")
            return
        }
        #expect(reference.domain == "quay.io" && reference.path == "a/b" && asJSON)
    }

    @Test(arguments: [
        ("pull nginx alpine -output all.tar", "all.tar"), ("pull nginx alpine -output -", nil),
        ("pull -image nginx alpine -output=all.tar.gz", "all.tar.gz"),
        ("pull nginx alpine -format oci-dir -output folder", "folder"),
    ])
    func severalImagesInOneArchive(line: String, path: String?) throws {
        let request = try request(line)
        #expect(request.references.map(\.familiar) == ["nginx:latest", "alpine:latest"])
        #expect(request.archive.output.path == path)
    }

    @Test(arguments: [
        "pull nginx alpine:3", "pull nginx alpine:3 -output here", "sync nginx alpine:3 nginx",
        "sync -image nginx alpine:3",
        "sync list.txt", "sync -from-file list.txt", "sync - nginx", "sync ./some.file", "sync nginx compose.yml",
    ])
    func severalImagesEachOnItsOwn(line: String) throws {
        let text = "nginx\nalpine 3 # both\n"
        let compose = "services:\n  a: {image: 'alpine:${V}'}\n  b:\n    build: .\n"
        let machine = surroundings(
            folders: ["here"],
            files: ["list.txt": text, "./some.file": text, "compose.yml": compose, ".env": "V=3\n"],
            input: "nginx\nalpine:3")
        #expect(Set(try names(line, machine)) == ["nginx:latest", "alpine:3"])
        let omissions = try invocation(line, machine).notices
        #expect(omissions == (line.contains("compose") ? [.omitted(.built(service: "b"), in: "compose.yml")] : []))
    }

    @Test func whereASyncPutsThem() throws {
        let alpine = try ImageReference(parsing: "alpine:3")
        func output(_ line: String) throws -> ArchiveRequest.Output { try sync(line).pull(alpine).archive.output }
        #expect(try output("sync alpine:3") == .file(path: "alpine_3_amd64.tar", replacing: .sameImage))
        #expect(try output("sync alpine:3 -output a/b") == .file(path: "a/b/alpine_3_amd64.tar", replacing: .sameImage))
        #expect(
            try output("sync alpine:3 -output a/ -arch arm64 -no-clobber")
                == .file(path: "a/alpine_3_arm64.tar", replacing: .nothing))
        #expect(try output("sync alpine:3 -arch all") == .file(path: "alpine_3_all.tar", replacing: .sameImage))
        #expect(try output("sync alpine:3 -format oci-dir -output o") == .folder(path: "o"))
        #expect(try sync("sync alpine:3 -json -jobs 2").asJSON)
        #expect(try sync("sync alpine:3 -jobs 2").pull(alpine).archive.jobs == 2)
    }

    @Test(
        arguments: [
            ("docker", .docker(keepIndex: false)), ("docker -keep-index", .docker(keepIndex: true)),
            ("docker-29-graphdriver", .graphdriver(.docker29, saveTime: 0)),
            ("docker-28", .graphdriver(.docker28, saveTime: 0)),
            ("docker-28 -save-time 17", .graphdriver(.docker28, saveTime: 17)),
            ("docker-26 -save-time now", .graphdriver(.docker26, saveTime: 1_700_000_000)),
            ("docker-20.10 -save-time 2001-09-09T01:46:40Z", .docker2010(saveTime: 1_000_000_000)),
            ("synology", .synology), ("oci", .oci(keepIndex: false)), ("oci -keep-index", .oci(keepIndex: true)),
        ] as [(String, ArchiveLayout)])
    func layouts(format: String, layout: ArchiveLayout) throws {
        #expect(try request("pull nginx -format \(format) -output a.tar").archive.layout == layout)
    }

    @Test func foreignLayers() throws {
        #expect(try !request("pull nginx").archive.omitsForeignLayers)
        #expect(try !request("pull nginx -foreign include").archive.omitsForeignLayers)
        #expect(try request("pull nginx -foreign skip").archive.omitsForeignLayers)
    }

    @Test func whatIsConverted() throws {
        guard
            case .convert(let request) = try invocation(
                "convert a.tar -format docker-20.10 -output b.tar.gz -as mine:1 -arch arm64"
            ).task
        else {
            Issue.record("no conversion")
            return
        }
        #expect(request.source == .file("a.tar"))
        #expect(request.archive.output == .file(path: "b.tar.gz", replacing: .anything))
        #expect(request.archive.layout == .docker2010(saveTime: 0))
        #expect(request.archive.compression == .gzip)
        #expect(request.name?.familiar == "mine:1")
        #expect(request.platform?.listName == "arm64v8")
    }

    @Test(arguments: [
        ("verify", .missingFile(.verify)), ("push", .missingFile(.push)), ("push a.tar", .missingTarget),
        ("verify a.tar -lab", .foreignFlag(.lab, .verify)), ("push a.tar -output x", .foreignFlag(.output, .push)),
        ("sync nginx -to-plain-http", .needs(.toPlainHTTP, "-to")),
        ("pull nginx -to-username u", .needs(.toUsername, "-to")),
        ("sync nginx -to r.example -output x", .conflict("-output", "-to")),
        ("sync nginx -to r.example -format oci", .conflict("-format", "-to")),
        ("push a.tar -to r.example/Upper", .invalidValue(.to, "r.example/Upper", .expectedTarget)),
        ("push a.tar -to r.example -to-username u", .noTargetPassword),
        ("push a.tar -to r.example -to-password-stdin", .needs(.toPasswordStdin, "-to-username")),
        ("inspect", UsageError.missingImage), ("tags", .missingImage), ("sync", .missingImage),
        ("convert", .missingFile(.convert)), ("tags a b", .unexpectedWord("b")), ("inspect a b", .unexpectedWord("b")),
        ("inspect nginx -arch all", .invalidValue(.arch, "all", .expectedOnePlatform)),
        ("inspect nginx -output a", .foreignFlag(.output, .inspect)),
        ("tags nginx -arch arm64", .foreignFlag(.arch, .tags)),
        ("tags nginx -quiet", .foreignFlag(.quiet, .tags)), ("convert a.tar -lab", .foreignFlag(.lab, .convert)),
        ("convert a.tar -username u", .foreignFlag(.username, .convert)),
        ("convert a.tar -json", .foreignFlag(.json, .convert)), ("convert a.tar", .missingOutput),
        ("convert a.tar -output here", .missingOutput), ("sync nginx -as a:b", .foreignFlag(.nameInArchive, .sync)),
        ("pull a b -as c:d", .oneNameForSeveral), ("pull a b -as c:d -output x.tar", .oneNameForSeveral),
        ("sync nginx -output -", .conflict("-output -", "sync")),
        ("sync nginx -format oci-dir", .missingOutput), ("pull nginx -format oci-dir", .missingOutput),
        ("pull nginx -format oci-dir -output -", .conflict("-format oci-dir", "-output -")),
        ("pull nginx -format oci-dir -output o -no-clobber", .conflict("-no-clobber", "-format oci-dir")),
        ("pull nginx -format synology -keep-index", .conflict("-keep-index", "-format synology")),
        ("pull nginx -format docker-28 -foreign skip", .conflict("-foreign skip", "-format docker-28")),
        ("pull nginx -save-time 1", .conflict("-save-time", "-format docker")),
        (
            "pull nginx -format docker-29-graphdriver -save-time 1",
            .conflict("-save-time", "-format docker-29-graphdriver")
        ),
        ("pull nginx -foreign maybe", .invalidValue(.foreign, "maybe", .expectedForeign)),
        ("pull nginx -format docker-28 -save-time -1", .invalidValue(.saveTime, "-1", .expectedTime)),
        ("pull nginx -format docker-28 -save-time noon", .invalidValue(.saveTime, "noon", .expectedTime)),
        (
            "pull nginx -format docker-28 -save-time 8589934592",
            .invalidValue(.saveTime, "8589934592", .expectedTime)
        ),
        (
            "sync a.io/x b.io/x -username u -password p", .severalRegistries("a.io", "b.io")
        ),
        ("sync absent.txt", .listFile(path: "absent.txt", .errno(2))), ("sync empty.txt", .emptyList("empty.txt")),
        (
            "sync bad.txt",
            .listFile(
                path: "bad.txt", .reason(ListFileError(line: 2, problem: .name("B", .upperCase("B")))))
        ),
        (
            "sync bad.yml",
            .listFile(
                path: "bad.yml",
                .reason(ListFileError(line: 2, problem: .unsetVariable("V", message: nil))))
        ),
        ("sync - -username u -password-stdin", .conflict("-from-file -", "-password-stdin")),
        ("sync nginx -from-file=", .listFile(path: "", .errno(2))), ("pull nginx -json", .foreignFlag(.json, .pull)),
    ])
    func mistakes(line: String, expected: UsageError) {
        let files = ["empty.txt": "# none\n", "bad.txt": "a\nB\n", "bad.yml": "services:\n  a: {image: \"x:$V\"}\n"]
        let machine = surroundings(folders: ["here"], files: files)
        #expect(throws: expected) { try invocation(line, machine) }
        #expect(!Sentence(expected).en.isEmpty && Sentence(expected).en != Sentence(expected).zh)
    }

    @Test func theTargetHasAnAccountOfItsOwn() throws {
        let machine = surroundings(
            environment: ["DOCKER_TAR_LAB_PASSWORD": "source", "DOCKER_TAR_LAB_TO_PASSWORD": "target"])
        let invocation = try invocation(
            "sync a.io/x -username me -to r.example:5000/mirror -to-username you -to-plain-http", machine)
        guard case .sync(let request) = invocation.task, case .registry(let target) = request.destination else {
            Issue.record("no registry")
            return
        }
        #expect(target.registry == "r.example:5000" && target.prefix == "mirror")
        #expect(target.access.plainHTTP && !invocation.access.plainHTTP)
        guard case .password("you", let password)? = target.access.accounts.registry,
            case .password("me", let own)? = invocation.access.accounts.registry
        else {
            Issue.record("no accounts")
            return
        }
        #expect(password.reveal() == "target" && own.reveal() == "source")
    }

    @Test func eachRegistryHasTheMirrorsOfItsOwn() throws {
        let text = "docker.io = a.example\nghcr.io = b.example\n"
        let known = surroundings(environment: ["HOME": "/h"], files: ["/h/.config/docker-tar-lab/mirrors.txt": text])
        let access = try invocation("sync nginx ghcr.io/a/b quay.io/c/d", known).access
        #expect(access.mirrors(of: "docker.io").map(\.description) == ["a.example"])
        #expect(access.mirrors(of: "ghcr.io").map(\.description) == ["b.example"])
        #expect(access.mirrors(of: "quay.io") == [])
        #expect(access.hasMirrors)
    }
}
