import LabNet
import Puller

@testable import docker_tar_lab

/// Values that many tests need.
enum Sample {
    /// A digest whose short form begins with this number.
    static func digest(_ number: Int) -> Digest {
        let head = String(number, radix: 16)
        let zeros = String(repeating: "0", count: 12 - head.count)
        guard let digest = Digest(algorithm: .sha256, hex: zeros + head + String(repeating: "a", count: 52)) else {
            preconditionFailure("a sample digest is well-formed")
        }
        return digest
    }

    static func layer(_ number: Int, size: Int64, type: String = "application/vnd.oci.image.layer.v1.tar+gzip")
        -> Descriptor
    {
        Descriptor(mediaType: type, digest: digest(number), size: size)
    }

    static let circumstances = Circumstances(action: .pull, image: "nginx")
    static let lab = Circumstances(action: .pull, image: "nginx", isLab: true)

    static func certificate(code: Int = 18) -> NetworkError.CertificateProblem {
        .init(
            code: code, reason: "self-signed certificate", names: ["stranger.example"],
            fingerprint: "sha256:" + String(repeating: "ab", count: 32))
    }

    static func network(_ cause: NetworkError.Cause, step: Step = .secure) -> NetworkError {
        NetworkError(
            step: step, host: "registry-1.docker.io",
            endpoint: IPAddress("192.0.2.1").map { Endpoint(address: $0, port: 443) }, cause: cause)
    }

    static func pull(_ cause: PullError.Cause, step: PullError.Step = .manifest) -> PullError {
        PullError(step: step, place: "registry-1.docker.io", cause: cause)
    }

    /// One of every cause that the transport knows.
    static let networkCauses: [NetworkError.Cause] = [
        .noSuchName, .noAnswer, .onlyForgedAnswers(count: 3), .noAddressInFamily(.ip6), .refused,
        .unreachable(errno: 101), .timedOut(.seconds(10)), .proxyRefused(code: 407), .proxyRefused(code: 502),
        .outOfReach(IPAddress("169.254.169.254")), .outOfReach(nil),
        .proxyProtocol("no status line"), .leftAlone(.seconds(143)), .resetAfterHello,
        .silenceAfterHello(.milliseconds(10_500)),
        .closedAfterHello, .alert(40), .certificate(certificate()), .certificate(certificate(code: 10)),
        .tls("wrong version number"), .reset, .closedEarly, .protocolViolation("two lengths"),
        .redirect("11 of them"), .system(errno: 24), .allAttemptsFailed,
    ]

    /// One of every cause that the pipeline knows, but the transport's.
    static let pullCauses: [PullError.Cause] = [
        .notFound("manifest unknown"),
        .noSuchPlatform(
            wanted: Platform(os: "linux", architecture: "s390x"),
            available: [
                AvailablePlatform(platform: Platform(os: "linux", architecture: "amd64"), digest: digest(1)),
                AvailablePlatform(
                    platform: Platform(os: "linux", architecture: "arm", variant: "v7"), digest: digest(2)),
            ]),
        .unauthorised(status: 401, "authentication required"), .rateLimited("slow down", retryAfter: .seconds(30)),
        .rateLimited("", retryAfter: nil), .status(503, "maintenance"), .status(451, ""), .malformed("no layers"),
        .nameless, .sameName(digest(1), digest(2)), .daemon("no space"), .noDaemon(["/var/run/docker.sock"]),
        .daemonAddress("tcp://192.0.2.1:2375"), .realmRefused("another scheme"), .foreignRefused("plain HTTP"),
        .onePlatformLayout,
        .digestMismatch(expected: digest(1), actual: digest(2)),
        .sizeMismatch(expected: 10, actual: 9), .diffIDMismatch(expected: digest(1), actual: digest(2)),
        .credential(.unreadable(errno: 13)), .credential(.tooLarge(limit: 1 << 20)), .credential(.malformed("JSON")),
        .credential(.helperName("a/b")), .credential(.helperMissing), .credential(.helperTimedOut(.seconds(10))),
        .credential(.helperFailed("locked")), .credential(.helperFailed("")), .credential(.helperAnswer),
        .undecodable("no gzip"), .unreadableArchive("no index.json"), .unsupported("a Helm chart"), .disk(errno: 28),
        .exists,
    ]
}
