import Glibc
import LabNet
import Puller
import Testing

@testable import Diagnosis

// What servers say, and what the line does: further cases of the same table.
extension AssessmentTests {
    // MARK: Certificates

    static let certificates: [Case] = [
        Case("an interceptor's certificate, made out to the host", .tls, way: false) { host in
            host.greetings = [.omit, .disorder].map {
                Sample.hello(Sample.a, $0, Sample.certificate(20, "registry.example"))
            }
            host.passage = nil
        },
        Case("an interceptor who takes this name alone", .tls, way: true) { host in
            host.greetings[6] = Sample.hello(Sample.b, .plain, Sample.certificate(62, "box.example"))
        },
        Case("a stranger's own certificate for every hello, and answers were forged", .dns, way: false) { host in
            host.lookup = Sample.lookup(
                [Sample.a], Sample.query(Sample.arrival([Sample.stranger], .rejected)),
                Sample.query(Sample.arrival([Sample.a], .accepted)))
            host.greetings = [.omit, .disorder].map {
                Sample.hello(Sample.a, $0, Sample.certificate(62, "stranger.example"))
            }
            host.passage = nil
        },
        Case("the same, and every resolver agrees on that address", .dns, way: false) { host in
            host.greetings = [.omit, .disorder].map {
                Sample.hello(Sample.a, $0, Sample.certificate(62, "stranger.example"))
            }
            host.passage = nil
        },
        Case(
            "the clock is a year behind", .clock, way: false,
            line: Sample.line { $0.clockOffset = .seconds(-31_536_000) }
        ) { host in
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.certificate(9, "registry.example"))]
            host.passage = nil
        },
        Case(
            "the control's certificate is out of date as well", .clock, way: false,
            line: Sample.line { line in
                line.clockOffset = nil
                line.control?.greetings = [
                    Sample.hello(Sample.beyond, .plain, Sample.certificate(9, "control.example"))
                ]
            }
        ) { host in
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.certificate(9, "registry.example"))]
            host.passage = nil
        },
        Case("the server's certificate has run out, and the clock is right", .down, way: false) { host in
            host.greetings = [.omit, .disorder].map {
                Sample.hello(Sample.a, $0, Sample.certificate(10, "*.example"))
            }
            host.passage = nil
        },
        Case(
            "the clock is wrong, and nobody minds", .clear, way: true,
            line: Sample.line { $0.clockOffset = .seconds(86400) }
        ),
    ]

    // MARK: HTTP

    static let answers: [Case] = [
        Case("403 at the root", .denied, way: false) { host in
            host.passage = Sample.passage(Sample.request("/v2/", 403, words: "not available in your region"))
        },
        Case("451", .denied, way: false) { host in
            host.passage = Sample.passage(Sample.request("/v2/x/manifests/latest", 451))
        },
        Case("403 for an image that nobody may see", .clear, way: true) { host in
            host.passage = Sample.passage(
                Sample.request("/v2/", 401),
                Sample.request(
                    "/v2/x/manifests/latest", 403, words: "requested access to the resource is denied"))
        },
        Case("no such image", .clear, way: true) { host in
            host.passage = Sample.passage(
                Sample.request("/v2/", 401), Sample.request("/v2/x/manifests/latest", 404, words: "manifest unknown"))
        },
        Case("500", .down, way: false) { host in
            host.passage = Sample.passage(Sample.request("/v2/", 503, words: "try again"))
        },
        Case("the stream stops after 16 kB, whatever is tried", .frozen, way: false) { host in
            host.passage = Sample.passage(
                Sample.request("/blob", 200, bytes: 16384, failure: .timedOut(.seconds(5))),
                Sample.request("/blob", 200, bytes: 16384, failure: .timedOut(.seconds(5))))
        },
        Case("the stream stops at one address, and another carries it", .frozen, way: true) { host in
            host.passage = Sample.passage(
                Sample.request("/blob", 200, bytes: 16384, failure: .timedOut(.seconds(5))),
                Sample.request("/blob", 200, bytes: 262144))
        },
        Case("a reset in the middle", .frozen, way: true) { host in
            host.passage = Sample.passage(
                Sample.request("/blob", 200, bytes: 100_000, failure: .reset),
                Sample.request("/blob", 200, bytes: 262144))
        },
        Case("a crawl", .throttled, way: true) { host in
            host.passage = Sample.passage(Sample.request("/blob", 200, bytes: 60_000, elapsed: .seconds(6)))
        },
        Case("a slow line, but no crawl", .clear, way: true) { host in
            host.passage = Sample.passage(Sample.request("/blob", 200, bytes: 100_000, elapsed: .milliseconds(1500)))
        },
        Case("a small answer that took long", .clear, way: true) { host in
            host.passage = Sample.passage(Sample.request("/v2/", 200, bytes: 2, elapsed: .seconds(8)))
        },
        Case("killed by name, and it fails behind the way as well", .down, way: false) { host in
            host.greetings[6] = Sample.hello(Sample.b, .plain, Sample.reset)
            host.passage = Sample.passage(Sample.request("/v2/", 500))
        },
    ]

    // MARK: The line

    static let lines: [Case] = [
        Case("nothing comes back from anywhere", .offline, way: false, line: Line()) { host in
            host.lookup = LookupRecord(name: "registry.example", window: .seconds(2), queries: [Sample.query()])
            host.lookup?.failure = .noAnswer
            (host.system, host.reached, host.greetings, host.passage) = (nil, [], [], nil)
        },
        Case("the control is down, and the target is not", .clear, way: true, line: Sample.line { $0.control = nil }),
        Case(
            "a portal", .portal, way: false,
            line: Sample.line { $0.portal = "http://portal.example/login" }
        ) { host in
            host.lookup?.notices = [.resolversImpersonated]
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.certificate(62, "portal.example"))]
            host.passage = nil
        },
        Case(
            "a portal that has let us in", .clear, way: true,
            line: Sample.line { $0.portal = "http://portal.example/login" }),
        Case(
            "the proxy is dead, and nothing else is wrong", .proxy, way: true,
            line: Sample.line {
                $0.proxy = Line.ProxyFindings(place: "http://proxy.example:3128", isUsed: false, failure: .refused)
            }),
        Case(
            "the proxy that everything goes through is dead", .proxy, way: false,
            line: Sample.line {
                $0.proxy = Line.ProxyFindings(place: "http://proxy.example:3128", isUsed: true, failure: .refused)
            }
        ) { host in
            host.greetings[6] = Sample.hello(Sample.b, .plain, Sample.reset)
            host.passage = Sample.passage(Sample.request("/v2/", nil, bytes: 0))
            host.passage?.requests[0].failure = NetworkError(step: .dial, host: "proxy.example", cause: .refused)
        },
        Case(
            "the proxy lives", .clear, way: true,
            line: Sample.line {
                $0.proxy = Line.ProxyFindings(place: "http://proxy.example:3128", isUsed: true, failure: nil)
            }),
        Case(
            "a proxy that is not used is dead, and the name is killed", .sni, way: true,
            line: Sample.line {
                $0.proxy = Line.ProxyFindings(place: "http://proxy.example:3128", isUsed: false, failure: .refused)
            }
        ) { host in
            host.greetings[6] = Sample.hello(Sample.b, .plain, Sample.reset)
        },
    ]
}
