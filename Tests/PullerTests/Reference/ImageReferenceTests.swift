import LabNet
import Testing

@testable import Puller

@Suite struct ImageReferenceTests {
    static let hex = String(repeating: "0123456789abcdef", count: 4)

    struct Good: CustomTestStringConvertible {
        var text, domain, path: String
        var tag: String?
        var hasDigest = false
        var familiar: String
        var testDescription: String { text }

        init(_ text: String, _ domain: String, _ path: String, _ tag: String?, _ familiar: String, digest: Bool = false)
        {
            (self.text, self.domain, self.path, self.tag) = (text, domain, path, tag)
            (self.familiar, hasDigest) = (familiar, digest)
        }
    }

    static let good = [
        Good("nginx", "docker.io", "library/nginx", "latest", "nginx:latest"),
        Good("nginx:1.27-alpine", "docker.io", "library/nginx", "1.27-alpine", "nginx:1.27-alpine"),
        Good("library/nginx:1", "docker.io", "library/nginx", "1", "nginx:1"),
        Good("docker.io/nginx", "docker.io", "library/nginx", "latest", "nginx:latest"),
        Good("index.docker.io/nginx", "docker.io", "library/nginx", "latest", "nginx:latest"),
        Good("docker.io/library/nginx", "docker.io", "library/nginx", "latest", "nginx:latest"),
        Good("docker.io/library/a/b", "docker.io", "library/a/b", "latest", "library/a/b:latest"),
        Good("bitnami/redis", "docker.io", "bitnami/redis", "latest", "bitnami/redis:latest"),
        Good("a__b/c.d-e---f_g", "docker.io", "a__b/c.d-e---f_g", "latest", "a__b/c.d-e---f_g:latest"),
        Good("ghcr.io/a/b:tag", "ghcr.io", "a/b", "tag", "ghcr.io/a/b:tag"),
        Good("ghcr.io/img", "ghcr.io", "img", "latest", "ghcr.io/img:latest"),
        Good("localhost/img", "localhost", "img", "latest", "localhost/img:latest"),
        Good("localhost:5000/img", "localhost:5000", "img", "latest", "localhost:5000/img:latest"),
        Good("foo:5000/img:7", "foo:5000", "img", "7", "foo:5000/img:7"),
        Good("foo:5000", "docker.io", "library/foo", "5000", "foo:5000"),
        Good("Registry/img", "Registry", "img", "latest", "Registry/img:latest"),
        Good(
            "127.0.0.1:5055/lab/img1:single", "127.0.0.1:5055", "lab/img1", "single", "127.0.0.1:5055/lab/img1:single"),
        Good("[2001:db8::1]:5000/x", "[2001:db8::1]:5000", "x", "latest", "[2001:db8::1]:5000/x:latest"),
        Good("[::1]/x:v_1", "[::1]", "x", "v_1", "[::1]/x:v_1"),
        Good(
            "xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com", "myimage", "xn--n3h.com",
            "xn--n3h.com/myimage:xn--n3h.com"),
        Good("h.io/x@sha256:\(hex)", "h.io", "x", nil, "h.io/x@sha256:\(hex)", digest: true),
        Good("h.io/x:t@sha256:\(hex)", "h.io", "x", "t", "h.io/x:t@sha256:\(hex)", digest: true),
        Good("nginx@sha512:\(hex)\(hex)", "docker.io", "library/nginx", nil, "nginx@sha512:\(hex)\(hex)", digest: true),
        // 65 digits are no ID, 64 with a letter beyond f neither.
        Good(hex + "0", "docker.io", "library/\(hex)0", "latest", "\(hex)0:latest"),
        Good(hex.dropLast() + "g", "docker.io", "library/\(hex.dropLast())g", "latest", "\(hex.dropLast())g:latest"),
    ]

    @Test(arguments: good) func reads(_ good: Good) throws {
        let reference = try ImageReference(parsing: good.text)
        #expect(reference.domain == good.domain)
        #expect(reference.path == good.path)
        #expect(reference.tag == good.tag)
        #expect((reference.digest != nil) == good.hasDigest)
        #expect(reference.familiar == good.familiar)
        // The canonical and the familiar form name the same image again.
        #expect(try ImageReference(parsing: reference.description) == reference)
        #expect(try ImageReference(parsing: reference.familiar) == reference)
    }

    static let bad: [(String, ReferenceError)] = [
        ("", .empty),
        (hex, .imageID),
        ("Nginx", .upperCase("Nginx")),
        ("ghcr.io/A/b", .upperCase("A/b")),
        ("nginx:", .tag("")),
        ("nginx:-x", .tag("-x")),
        ("nginx:.x", .tag(".x")),
        ("nginx:a:b", .tag("a:b")),
        ("nginx:" + String(repeating: "x", count: 129), .tag(String(repeating: "x", count: 129))),
        ("nginx:ü", .tag("ü")),
        ("/nginx", .path("/nginx")),
        ("a//b", .path("a//b")),
        ("a/", .path("a/")),
        ("-a", .path("library/-a")),
        ("a-", .path("library/a-")),
        ("a..b", .path("library/a..b")),
        ("a___b", .path("library/a___b")),
        ("a._b", .path("library/a._b")),
        ("a b", .path("library/a b")),
        ("ngïnx", .path("library/ngïnx")),
        ("../../etc/passwd", .path("../etc/passwd")),
        (".hidden/x", .registry(".hidden")),
        ("nginx@", .digest("")),
        ("nginx@sha256:abc", .digest("sha256:abc")),
        ("h.io/nginx@sha256:../../x", .digest("sha256:../../x")),
        ("nginx@md5:\(hex)", .digest("md5:\(hex)")),
        ("nginx@sha256:\(hex)@sha256:\(hex)", .digest("sha256:\(hex)@sha256:\(hex)")),
        ("nginx@sha256:\(hex.uppercased())", .digest("sha256:\(hex.uppercased())")),
        ("foo:0/x", .registry("foo:0")),
        ("foo:65536/x", .registry("foo:65536")),
        ("foo:+1/x", .registry("foo:+1")),
        ("foo:/x", .registry("foo:")),
        ("fo_o.io/x", .registry("fo_o.io")),
        ("1.2.3.4.5/x", .registry("1.2.3.4.5")),
        ("2001:db8::1/x", .registry("2001:db8::1")),
        ("[2001:db8::1/x", .registry("[2001:db8::1")),
        ("[1.2.3.4]/x", .registry("[1.2.3.4]")),
        ("h.io/" + String(repeating: "a", count: 256), .tooLong(256)),
    ]

    @Test(arguments: bad) func refuses(_ text: String, _ error: ReferenceError) {
        #expect(throws: error) { try ImageReference(parsing: text) }
    }

    @Test func longestNamesPass() throws {
        let reference = try ImageReference(
            parsing: "h.io/" + String(repeating: "a", count: 255) + ":" + String(repeating: "b", count: 128))
        #expect(reference.path.utf8.count == 255)
    }

    @Test func registries() throws {
        func origin(_ text: String, _ scheme: Origin.Scheme = .https) throws -> String {
            try ImageReference(parsing: text).registry(scheme: scheme).description
        }
        #expect(try origin("nginx") == "https://registry-1.docker.io")
        #expect(try origin("ghcr.io/a/b") == "https://ghcr.io")
        #expect(try origin("localhost:5000/img", .http) == "http://localhost:5000")
        #expect(try origin("[2001:db8::1]:5000/x") == "https://[2001:db8::1]:5000")
        #expect(try origin("[::1]/x") == "https://[::1]")
    }

    static let fileNames = [
        ("nginx", "amd64", "nginx_latest_amd64.tar"),
        ("bitnami/redis:7", "amd64", "bitnami_redis_7_amd64.tar"),
        ("ghcr.io/owner/img:tag", "arm64", "ghcr.io_owner_img_tag_arm64.tar"),
        ("localhost:5000/img", "armv7", "localhost_5000_img_latest_armv7.tar"),
        ("[::1]:5000/img", "386", "___1__5000_img_latest_386.tar"),
        ("name@sha256:\(hex)", "amd64", "name_sha256-0123456789ab_amd64.tar"),
        ("name:1@sha256:\(hex)", "windows/amd64", "name_1_windows_amd64.tar"),
    ]

    @Test(arguments: fileNames) func namesArchives(_ text: String, _ platform: String, _ name: String) throws {
        #expect(try ImageReference(parsing: text).archiveFileName(for: Platform(parsing: platform)) == name)
    }

    @Test func longNamesAreShortenedAndStayApart() throws {
        let amd64 = try Platform(parsing: "amd64")
        let path = String(repeating: "a", count: 250)
        let names = try ["x", "y"].map { try ImageReference(parsing: "h.io/\(path):\($0)").archiveFileName(for: amd64) }
        for name in names {
            #expect(name.utf8.count <= 200)
            #expect(name.hasPrefix("h.io_aaa"))
            #expect(name.hasSuffix("_amd64.tar"))
        }
        #expect(names[0] != names[1])
    }

    @Test func hostileReferencesMakeHarmlessNames() {
        // Not parsed: put together by hand, as nothing but our own code could.
        let reference = ImageReference(domain: "..", path: "../\u{0}\n\u{202E}é", tag: "/", digest: nil)
        let name = reference.archiveFileName(for: Platform(os: "linux", architecture: "../x", variant: "\n"))
        #expect(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
    }
}
