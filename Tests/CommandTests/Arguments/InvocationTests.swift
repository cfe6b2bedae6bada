import LabNet
import Testing

@testable import Puller
@testable import docker_tar_lab

/// A machine without files, but for those named.
func surroundings(
    environment: [String: String] = [:], folders: Set<String> = [], files: [String: String] = [:], input: String = ""
) -> Surroundings {
    Surroundings(
        environment: environment, isFolder: { folders.contains($0) },
        read: { (path) throws(Surroundings.FileUnreadable) in
            if path == "/denied/docker-tar-lab/resolvers.txt" { throw Surroundings.FileUnreadable(errno: 13) }
            return files[path]
        }, input: { input }, time: { 1_700_000_000 })
}

/// Reads a command line of words that hold no spaces.
func invocation(_ line: String, _ surroundings: Surroundings = surroundings()) throws(UsageError) -> Invocation {
    try Invocation(line.split(separator: " ").map(String.init), in: surroundings)
}

func request(_ line: String, _ surroundings: Surroundings = surroundings()) throws -> PullRequest {
    guard case .pull(let request) = try invocation(line, surroundings).task else { throw UsageError.missingAction }
    return request
}

@Suite struct InvocationTests {
    @Test(arguments: [
        "pull nginx", "-action pull -image nginx", "-action=pull nginx", "pull -image=nginx", "-action pull pull nginx",
        "nginx -action pull", "pull -image nginx nginx", "--image nginx --action pull", "pull docker.io/library/nginx",
    ])
    func onePullIsSaidInManyWays(line: String) throws {
        let request = try request(line)
        #expect(request.references.first?.familiar == "nginx:latest")
        #expect(request.platform == Platform(os: "linux", architecture: "amd64"))
        #expect(request.archive.output == .file(path: "nginx_latest_amd64.tar", replacing: .sameImage))
        #expect(request.archive.layout == .docker(keepIndex: false))
        #expect(request.archive.compression == .none)
        #expect(request.archive.jobs == 4)
        #expect(request.name == nil)
    }

    @Test func listKnowsItsOwnForm() throws {
        guard case .list(let reference, let asJSON) = try invocation("list ghcr.io/a/b:c -json").task else {
            Issue.record("not a list")
            return
        }
        #expect(reference.familiar == "ghcr.io/a/b:c")
        #expect(asJSON)
    }

    @Test(arguments: [
        ("pull nginx -output a.tar", "a.tar", ArchiveRequest.Replacing.anything, ArchiveRequest.Compression.none),
        ("pull nginx -output a.tar -no-clobber", "a.tar", .nothing, .none),
        ("pull nginx -no-clobber", "nginx_latest_amd64.tar", .nothing, .none),
        ("pull nginx -output here", "here/nginx_latest_amd64.tar", .sameImage, .none),
        ("pull nginx -output here/", "here/nginx_latest_amd64.tar", .sameImage, .none),
        ("pull nginx -output absent/", "absent/nginx_latest_amd64.tar", .sameImage, .none),
        ("pull nginx -output a.tar.gz", "a.tar.gz", .anything, .gzip),
        ("pull nginx -output a.TGZ", "a.TGZ", .anything, .gzip),
        ("pull nginx -output a.tar.zst", "a.tar.zst", .anything, .zstd),
        ("pull nginx -output a.gz", "a.gz", .anything, .none),
        ("pull ghcr.io/owner/img:tag -arch aarch64", "ghcr.io_owner_img_tag_arm64.tar", .sameImage, .none),
    ])
    func theArchivesPlace(
        line: String, path: String, replacing: ArchiveRequest.Replacing, compression: ArchiveRequest.Compression
    ) throws {
        let request = try request(line, surroundings(folders: ["here"]))
        #expect(request.archive.output == .file(path: path, replacing: replacing))
        #expect(request.archive.compression == compression)
    }

    @Test func standardOutputLayoutsNamesAndJobs() throws {
        #expect(try request("pull nginx -output -").archive.output == .standardOutput)
        #expect(try invocation("pull nginx -output -").circumstances.writesToOutput)
        #expect(try request("pull nginx -keep-index").archive.layout == .docker(keepIndex: true))
        #expect(try request("pull nginx -format docker-20.10").archive.layout == .docker2010(saveTime: 0))
        #expect(try request("pull nginx -as mine:1").name?.familiar == "mine:1")
        #expect(try request("pull nginx -jobs 16").archive.jobs == 16)
        #expect(try request("pull nginx -arch linux/arm/v7").platform.variant == "v7")
    }

    @Test func allPlatforms() throws {
        for line in ["pull nginx -arch all", "pull nginx -arch=ALL -keep-index", "pull nginx -arch all -format docker"]
        {
            let request = try request(line)
            #expect(request.allPlatforms)
            #expect(request.platform == Platform(os: "linux", architecture: "amd64"))
            #expect(request.archive.output == .file(path: "nginx_latest_all.tar", replacing: .sameImage))
        }
        #expect(try !request("pull nginx").allPlatforms)
    }

    @Test func aPullByDigestSaysHowItLoads() throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        #expect(try invocation("pull nginx@\(digest)").notices == [.loadsWithoutName])
        #expect(try invocation("pull nginx@\(digest) -as nginx:mine").notices == [])
        #expect(try invocation("pull nginx:1@\(digest)").notices == [])
    }

    @Test func passwordsComeFromThreePlaces() throws {
        let environment = ["DOCKER_TAR_LAB_PASSWORD": "from environment"]
        func credential(_ line: String, _ surroundings: Surroundings) throws -> [String]? {
            guard case .password(let user, let password)? = try invocation(line, surroundings).access.accounts.registry
            else { return nil }
            return [user, password.reveal()]
        }
        let known = surroundings(environment: environment)
        #expect(try credential("pull nginx", known) == nil)
        #expect(try credential("pull nginx -username me", known) == ["me", "from environment"])
        #expect(try credential("pull nginx -username me -password -x", known) == ["me", "-x"])
        let input = surroundings(environment: environment, input: "from input\n")
        #expect(try credential("pull nginx -username me -password-stdin", input) == ["me", "from input"])
        let windows = surroundings(input: " two\nlines \r\n")
        #expect(try credential("pull nginx -username me -password-stdin", windows) == ["me", " two\nlines "])
        #expect(try invocation("pull nginx -username me -password x").notices == [.passwordIsVisible])
        #expect(try invocation("pull nginx -username me", surroundings(environment: environment)).notices == [])
    }

    @Test(
        arguments: [
            ("list nginx", [], false, .mirror), ("list nginx -lab", [], false, .origin),
            ("list nginx -mirror m.example:5000/hub", ["m.example:5000/hub"], false, .mirror),
            (
                "pull nginx -mirror a.example,b.example -mirror http://c.example",
                ["a.example", "b.example", "http://c.example"], false, .mirror
            ),
            ("pull nginx -mirror a.example -mirror-fallback", ["a.example"], true, .mirror),
            ("pull nginx -mirror a.example -lab", ["a.example"], false, .origin),
            ("pull nginx -mirror a.example -lab -require-origin", ["a.example"], false, .originOnly),
        ] as [(String, [String], Bool, RegistryAccess.Witness)])
    func whomTheImageIsAskedFor(
        _ line: String, _ mirrors: [String], _ fallsBack: Bool, _ witness: RegistryAccess.Witness
    ) throws {
        let access = try invocation(line).access
        #expect(access.mirrors.map(\.description) == mirrors)
        #expect(access.fallsBackOnOrigin == fallsBack)
        #expect(access.witness == witness)
        #expect(!access.plainHTTP)
        #expect(try invocation("list nginx -plain-http").access.plainHTTP)
    }

    @Test(
        arguments: [
            ("pull nginx", ["a.example", "b.example/hub"]), ("list ghcr.io/a/b", ["m.example/{registry}"]),
            ("pull nginx -mirror none", []), ("pull nginx -mirror c.example", ["c.example"]),
        ])
    func mirrorsOfTheUsersOwnMap(_ line: String, _ mirrors: [String]) throws {
        let text = "docker.io = a.example, b.example/hub\n* = m.example/{registry}\n"
        let known = surroundings(environment: ["HOME": "/h"], files: ["/h/.config/docker-tar-lab/mirrors.txt": text])
        let invocation = try invocation(line, known)
        let domain = line.contains("ghcr.io") ? "ghcr.io" : "docker.io"
        #expect(invocation.access.mirrors(of: domain).map(\.description) == mirrors)
    }

    @Test func aMapOfMirrorsThatCannotBeReadIsNamed() {
        let path = "/h/.config/docker-tar-lab/mirrors.txt"
        let broken = surroundings(environment: ["HOME": "/h"], files: [path: "\ndocker.io a.example"])
        #expect(throws: UsageError.mirrorFile(path: path, .unreadableLine(2, "docker.io a.example"))) {
            try invocation("pull nginx", broken)
        }
    }

    /// Who would be told to a host, as `user password`.
    private func account(_ line: String, _ surroundings: Surroundings, at image: String) async throws -> String? {
        let accounts = try invocation(line, surroundings).access.accounts
        let endpoint = try RegistryEndpoint(ImageReference(parsing: image), mirror: nil, plainHTTP: false)
        let credential = try await accounts.credential(for: endpoint, clock: .system)
        guard case .password(let user, let password)? = credential else { return nil }
        return "\(user) \(password.reveal())"
    }

    @Test func accountsOfOtherHostsHaveTheirOwnPasswords() async throws {
        let environment = [
            "DOCKER_TAR_LAB_PASSWORD": "one", "DOCKER_TAR_LAB_PASSWORD_M_EXAMPLE_5000": "two",
            "DOCKER_TAR_LAB_PASSWORD_A_B_IO": "three",
        ]
        let known = surroundings(environment: environment)
        let line = "pull r.io/x -username me -login m.example:5000=you -login A-b.io=a=b"
        #expect(try await account(line, known, at: "r.io/x") == "me one")
        #expect(try await account("pull x -login m.example:5000=you", known, at: "m.example:5000/x") == "you two")
        #expect(try await account("pull x -login A-b.io=a=b", known, at: "a-b.io/x") == "a=b three")
        #expect(try await account("pull x -login m.example:5000=you", known, at: "m.example/x") == nil)
        #expect(throws: UsageError.invalidValue(.login, "a-b.io:443=c", .expectedAccount)) {
            try invocation(
                "pull x -login a-b.io=b -login a-b.io:443=c",
                surroundings(environment: environment.merging(["DOCKER_TAR_LAB_PASSWORD_A_B_IO_443": "x"]) { $1 }))
        }
    }

    @Test(arguments: [
        ("first\nsecond\nthird\n", true), ("first\r\nsecond\r\nthird", true), ("first\nsecond\n", false),
        ("first\nsecond\nthird\nfourth\n", false), ("first\n\nthird\n", false),
    ])
    func passwordsOnInputStandInTheOrderOfTheAccounts(_ input: String, _ isEnough: Bool) async throws {
        let line = "pull x -login a.io=a -login b.io=b -username me -password-stdin"
        let given = surroundings(input: input)
        guard isEnough else {
            let found = input.split(whereSeparator: \.isNewline).count
            #expect(throws: UsageError.passwordLines(expected: 3, found: found)) { try invocation(line, given) }
            return
        }
        #expect(try await account(line, given, at: "r.io/x") == "me first")
        let others = "pull x -login b.io=b -login a.io=a -login c.io=c -password-stdin"
        #expect(try await account(others, given, at: "b.io/x") == "b first")
        #expect(try await account(others, given, at: "a.io/x") == "a second")
        #expect(try await account(others, given, at: "c.io/x") == "c third")
    }

    @Test(
        arguments: [
            (["HOME": "/h"], "/h/.docker/config.json", "/h/.config/containers/auth.json"),
            (["HOME": "/h", "DOCKER_CONFIG": "/d"], "/d/config.json", nil),
            (["HOME": "/h", "DOCKER_CONFIG": ""], "/h/.docker/config.json", nil),
            (["XDG_CONFIG_HOME": "/x", "HOME": "/h"], nil, "/x/containers/auth.json"),
            (["XDG_RUNTIME_DIR": "/r"], nil, "/r/containers/auth.json"), (["REGISTRY_AUTH_FILE": "/a"], nil, "/a"),
        ] as [([String: String], String?, String?)])
    func filesOfCredentialsAreWhereTheirProgramsPutThem(
        _ environment: [String: String], _ docker: String?, _ podman: String?
    ) async throws {
        for path in [docker, podman].compactMap({ $0 }) {
            let text = #"{"auths":{"r.io":{"username":"me","password":"x"}}}"#
            let machine = surroundings(environment: environment, files: [path: text])
            #expect(try await account("pull x", machine, at: "r.io/x") == "me x")
        }
        let elsewhere = surroundings(environment: environment, files: ["/elsewhere": "{"])
        #expect(try await account("pull x", elsewhere, at: "r.io/x") == nil)
    }

    @Test func whatIsSaidAndWhere() throws {
        let all = try invocation("pull nginx -quiet -debug -log /tmp/l")
        #expect(all.isQuiet && all.showsSteps && all.logPath == "/tmp/l")
        let none = try invocation("pull nginx")
        #expect(!none.isQuiet && !none.showsSteps && none.logPath == nil)
    }
}
