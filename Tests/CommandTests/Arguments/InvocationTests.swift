import LabNet
import Puller
import Testing

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
        #expect(request.reference.familiar == "nginx:latest")
        #expect(request.platform == Platform(os: "linux", architecture: "amd64"))
        #expect(request.output == .file(path: "nginx_latest_amd64.tar", replacing: .sameImage))
        #expect(request.layout == .docker(keepIndex: false))
        #expect(request.compression == .none)
        #expect(request.jobs == 4)
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
        ("pull nginx -output a.tar", "a.tar", PullRequest.Replacing.anything, PullRequest.Compression.none),
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
        line: String, path: String, replacing: PullRequest.Replacing, compression: PullRequest.Compression
    ) throws {
        let request = try request(line, surroundings(folders: ["here"]))
        #expect(request.output == .file(path: path, replacing: replacing))
        #expect(request.compression == compression)
    }

    @Test func standardOutputLayoutsNamesAndJobs() throws {
        #expect(try request("pull nginx -output -").output == .standardOutput)
        #expect(try invocation("pull nginx -output -").circumstances.writesToOutput)
        #expect(try request("pull nginx -keep-index").layout == .docker(keepIndex: true))
        #expect(try request("pull nginx -format docker-20.10").layout == .docker2010(saveTime: 1_700_000_000))
        #expect(try request("pull nginx -as mine:1").name?.familiar == "mine:1")
        #expect(try request("pull nginx -jobs 16").jobs == 16)
        #expect(try request("pull nginx -arch linux/arm/v7").platform.variant == "v7")
    }

    @Test func allPlatforms() throws {
        for line in ["pull nginx -arch all", "pull nginx -arch=ALL -keep-index", "pull nginx -arch all -format docker"]
        {
            let request = try request(line)
            #expect(request.allPlatforms)
            #expect(request.platform == Platform(os: "linux", architecture: "amd64"))
            #expect(request.output == .file(path: "nginx_latest_all.tar", replacing: .sameImage))
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
            try invocation(line, surroundings).access.credential.map { [$0.user, $0.password.reveal()] }
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

    @Test func theRegistryAndItsMirror() throws {
        let access = try invocation("list nginx -mirror m.example:5000/hub -plain-http").access
        #expect(access.mirror == "m.example:5000/hub")
        #expect(access.plainHTTP)
        #expect(try invocation("list nginx").access.mirror == nil)
    }

    @Test func whatIsSaidAndWhere() throws {
        let all = try invocation("pull nginx -quiet -debug -log /tmp/l")
        #expect(all.isQuiet && all.showsSteps && all.logPath == "/tmp/l")
        let none = try invocation("pull nginx")
        #expect(!none.isQuiet && !none.showsSteps && none.logPath == nil)
    }
}
