import Glibc
import LabNet
import Puller
import Testing

@testable import Diagnosis

/// Which condition follows from which evidence, and what must not be mixed up.
struct AssessmentTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let condition: Condition
        var hasWay: Bool
        var line = Sample.line()
        let host: HostFindings

        init(
            _ words: String, _ condition: Condition, way: Bool, line: Line = Sample.line(),
            _ change: (inout HostFindings) -> Void = { _ in }
        ) {
            (testDescription, self.condition, hasWay, self.line) = (words, condition, way, line)
            host = Sample.clear(change)
        }
    }

    @Test(arguments: names + hellos + addresses + certificates + answers + lines)
    func condition(_ one: Case) {
        let assessment = Assessment(Sample.target(one.host), line: one.line)
        #expect(assessment.condition == one.condition, "\(assessment.reasons)")
        #expect(assessment.ways.isEmpty == !one.hasWay, "\(assessment.ways)")
        #expect(one.condition == .clear || !assessment.reasons.isEmpty)
    }

    // MARK: DNS

    static let names: [Case] = [
        Case("nothing is wrong", .clear, way: true),
        Case("forged answers beside true ones", .dns, way: true) { host in
            host.lookup = Sample.lookup(
                [Sample.a, Sample.b],
                Sample.query(
                    Sample.arrival([Sample.stranger], .rejected, signs: [.noOPT], elapsed: .milliseconds(10)),
                    Sample.arrival([Sample.a, Sample.b], .accepted)))
        },
        Case("two answers contradict each other, and nothing tells which is true", .dns, way: true) { host in
            host.lookup = Sample.lookup(
                [Sample.a, Sample.b],
                Sample.query(
                    Sample.arrival([Sample.stranger], .doubtful, isContradicted: true),
                    Sample.arrival([Sample.a, Sample.b], .doubtful, isContradicted: true)))
        },
        Case("a canary is answered", .dns, way: true) { host in
            host.lookup?.queries.append(
                Sample.query(Sample.arrival([Sample.stranger], .rejected), purpose: .canary))
        },
        Case("all of port 53 is in somebody's hands", .dns, way: true) { host in
            host.lookup?.notices = [.resolversImpersonated]
        },
        Case("one resolver dissents alone", .dns, way: true) { host in
            host.lookup?.queries.append(
                Sample.query(Sample.arrival([Sample.stranger], .doubtful, signs: [.loneDissent])))
        },
        Case("the system's resolver gives a forged address", .dns, way: true) { host in
            host.system = SystemAnswer(addresses: [Sample.stranger.address], elapsed: .milliseconds(5))
            host.reached.append(Sample.reach(Sample.stranger, nil, .system))
            host.greetings.append(
                Sample.hello(Sample.stranger, .omit, Sample.certificate(62, "stranger.example"), source: .system))
        },
        Case("it gives an address that the lab believes as well, where the true name meets a stranger", .dns, way: true)
        {
            host in
            host.system = SystemAnswer(addresses: [Sample.stranger.address], elapsed: .milliseconds(5))
            host.reached.append(Sample.reach(Sample.stranger))
            host.greetings.append(
                Sample.hello(Sample.stranger, .records, Sample.certificate(20, "stranger.example", print: "stranger")))
            host.greetings.append(
                Sample.hello(Sample.stranger, .omit, Sample.certificate(20, "stranger.example", print: "stranger")))
        },
        Case("the system's resolver says that there is no such name", .dns, way: true) { host in
            host.system = SystemAnswer(addresses: [], failure: .noSuchName, elapsed: .milliseconds(5))
        },
        Case("the system's resolver gives another address of the same host", .clear, way: true) { host in
            let other = Sample.endpoint("203.0.113.77")
            host.system = SystemAnswer(addresses: [other.address], elapsed: .milliseconds(5))
            host.reached.append(Sample.reach(other, nil, .system))
            host.greetings.append(Sample.hello(other, .omit, Sample.verified, source: .system))
        },
        Case("another address, whose server shows the same foreign certificate to who says no name", .clear, way: true)
        {
            host in
            let other = Sample.endpoint("203.0.113.77")
            host.system = SystemAnswer(addresses: [other.address], elapsed: .milliseconds(5))
            host.reached.append(Sample.reach(other, nil, .system))
            host.greetings = [
                Sample.hello(other, .omit, Sample.certificate(62, "cdn.example", print: "cdn"), source: .system),
                Sample.hello(Sample.a, .omit, Sample.certificate(62, "cdn.example", print: "cdn")),
                Sample.hello(Sample.a, .disorder, Sample.verified), Sample.hello(Sample.b, .plain, Sample.verified),
            ]
        },
        Case("most encrypted resolvers cannot be reached, and that is all", .clear, way: true) { host in
            for number in 1...3 as ClosedRange<UInt32> {
                let place = ResolverAddress(
                    Endpoint(address: .v4(number), port: 853), over: .tls(.name("resolver.example")))
                host.lookup?.queries.append(Sample.query(resolver: place))
            }
        },
        Case("every answer is forged", .dns, way: false) { host in
            host.lookup = Sample.lookup([], Sample.query(Sample.arrival([Sample.stranger], .rejected)))
            host.lookup?.failure = .onlyForgedAnswers(count: 1)
            (host.reached, host.greetings, host.passage) = ([], [], nil)
        },
        Case("nobody answers for this name, though control questions are answered", .dns, way: false) { host in
            host.lookup = Sample.lookup([], Sample.query())
            host.lookup?.failure = .noAnswer
            host.system = SystemAnswer(addresses: [], failure: .noAnswer, elapsed: .seconds(2))
            (host.reached, host.greetings, host.passage) = ([], [], nil)
        },
        Case("there is no such name", .down, way: false) { host in
            host.lookup = Sample.lookup([], Sample.query())
            host.lookup?.failure = .noSuchName
            host.system = SystemAnswer(addresses: [], failure: .noSuchName, elapsed: .milliseconds(5))
            (host.reached, host.greetings, host.passage) = ([], [], nil)
        },
        Case("a local proxy answers for everything, and it works", .tunnel, way: true) { host in
            host.lookup?.notices = [.localProxy(.v4(0xC612_0001))]
        },
        Case("the local proxy does not get through", .down, way: false) { host in
            host.lookup?.notices = [.localProxy(Sample.a.address)]
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.closed)]
            host.reached = [Sample.reach(Sample.a)]
            host.passage = nil
        },
    ]

    // MARK: TLS

    static let hellos: [Case] = [
        Case("a server that cannot put records together, and takes its name in one piece", .clear, way: true) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.verified), Sample.hello(Sample.a, .plain, Sample.verified),
                Sample.hello(Sample.b, .omit, Sample.verified),
                Sample.hello(Sample.b, .records, .failed(.secure, .alert(50))),
            ]
        },
        Case("the plain name is reset", .sni, way: true) { host in
            host.greetings[6] = Sample.hello(Sample.b, .plain, Sample.reset)
        },
        Case("the name is swallowed in every disguise, and hellos without it pass", .sni, way: true) { host in
            host.greetings[4...] = [Sample.hello(Sample.b, .disorder, Sample.silence)]
        },
        Case("the name is killed and the server wants it: no way", .sni, way: false) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.alert(112)), Sample.hello(Sample.b, .omit, Sample.alert(112)),
                Sample.hello(Sample.a, .disorder, Sample.reset), Sample.hello(Sample.b, .records, Sample.reset),
            ]
            host.passage = nil
        },
        Case("the name is answered with an alert where the server serves without it", .sni, way: true) { host in
            host.greetings[6] = Sample.hello(Sample.b, .plain, Sample.alert(40))
        },
        Case("the name gets another alert than no name does", .sni, way: false) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.alert(112)), Sample.hello(Sample.a, .disorder, Sample.alert(40)),
            ]
            host.passage = nil
        },
        Case("every hello gets the same alert", .down, way: false) { host in
            host.greetings = [Sample.a, Sample.b].flatMap { place in
                [.omit, Sample.decoy, .disorder].map { Sample.hello(place, $0, Sample.alert(40)) }
            }
            host.passage = nil
        },
        Case("the server wants its name, and gets it", .clear, way: true) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.alert(112)),
                Sample.hello(Sample.a, Sample.decoy, Sample.alert(112)),
                Sample.hello(Sample.a, .disorder, Sample.verified), Sample.hello(Sample.b, .plain, Sample.verified),
            ]
        },
        Case("the server shows a default certificate to who says no name", .clear, way: true) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.certificate(62, "default.example")),
                Sample.hello(Sample.a, .disorder, Sample.verified), Sample.hello(Sample.b, .plain, Sample.verified),
            ]
        },
        Case("the name is killed at an endpoint that has nothing to do with it", .sni, way: true) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.verified),
                Sample.hello(Sample.beyond, .omit, Sample.certificate(62, "control.example"), place: .control),
                Sample.hello(Sample.beyond, .plain, Sample.reset, place: .control),
            ]
        },
        Case("that endpoint is dead itself", .clear, way: true) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.verified),
                Sample.hello(Sample.beyond, .omit, Sample.reset, place: .control),
                Sample.hello(Sample.beyond, .plain, Sample.reset, place: .control),
            ]
        },
        Case("that endpoint declines the name", .clear, way: true) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.verified),
                Sample.hello(Sample.beyond, .omit, Sample.certificate(62, "control.example"), place: .control),
                Sample.hello(Sample.beyond, .plain, Sample.alert(112), place: .control),
            ]
        },
        Case("an endpoint is in its penalty from a while ago", .sni, way: true) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.verified), Sample.hello(Sample.b, .omit, Sample.leftAlone),
            ]
        },
        Case("hellos without a name vanish, and names are nobody's business", .clear, way: true) { host in
            host.greetings[0] = Sample.hello(Sample.a, .omit, Sample.silence, Sample.silence, Sample.silence)
            host.greetings[1] = Sample.hello(Sample.b, .omit, Sample.silence, Sample.silence, Sample.silence)
        },
        Case("hellos without a name vanish, and those with the true one as well", .sni, way: false) { host in
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.reset), Sample.hello(Sample.a, Sample.decoy, Sample.alert(112)),
                Sample.hello(Sample.a, .disorder, Sample.reset),
            ]
            host.passage = nil
        },
        Case("one lost packet", .clear, way: true) { host in
            host.greetings[0] = Sample.hello(Sample.a, .omit, Sample.silence, Sample.verified)
        },
        Case("forged answers, and the name is killed as well", .sni, way: true) { host in
            host.lookup?.notices = [.resolversImpersonated]
            host.greetings[6] = Sample.hello(Sample.b, .plain, Sample.reset)
        },
        Case("an exchange tells of the name's death", .sni, way: false) { host in
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.alert(112))]
            var failure = NetworkError(step: .secure, host: "registry.example", cause: .allAttemptsFailed)
            failure.attempts = [
                NetworkError(
                    step: .secure, host: "registry.example", endpoint: Sample.a, strategy: .disorder,
                    cause: .resetAfterHello)
            ]
            host.passage = Sample.passage(Sample.request("/v2/", nil))
            host.passage?.requests[0].failure = failure
        },
        Case("small segments pass where large ones do not", .mtu, way: true) { host in
            host.greetings = [Sample.a, Sample.b].flatMap { place in
                [
                    Sample.hello(place, .omit, Sample.silence), Sample.hello(place, Sample.decoy, Sample.silence),
                    Sample.hello(place, .omit, Sample.verified, size: 536),
                ]
            }
            host.passage = nil
        },
    ]

    // MARK: TCP

    static let addresses: [Case] = [
        Case("every connection is refused", .down, way: false) { host in
            host.reached = [Sample.reach(Sample.a, .refused), Sample.reach(Sample.b, .refused)]
            (host.greetings, host.passage) = ([], nil)
        },
        Case("the only address is silent: a server that is off looks like that", .down, way: false) { host in
            host.reached = [Sample.reach(Sample.a, .timedOut(.seconds(4)))]
            (host.greetings, host.passage) = ([], nil)
        },
        Case("the only address of each family is silent: the same", .down, way: false) { host in
            host.reached = [
                Sample.reach(Sample.a, .timedOut(.seconds(4))), Sample.reach(Sample.six, .timedOut(.seconds(4))),
            ]
            (host.greetings, host.passage) = ([], nil)
        },
        Case("all of several addresses are silent", .ip, way: false) { host in
            host.reached = [
                Sample.reach(Sample.a, .timedOut(.seconds(4))), Sample.reach(Sample.b, .timedOut(.seconds(4))),
            ]
            (host.greetings, host.passage) = ([], nil)
        },
        Case("one is silent, one refuses: somebody is there and does not want", .down, way: false) { host in
            host.reached = [Sample.reach(Sample.a, .timedOut(.seconds(4))), Sample.reach(Sample.b, .refused)]
            (host.greetings, host.passage) = ([], nil)
        },
        Case("one of two addresses is silent", .ip, way: true) { host in
            host.reached[1] = Sample.reach(Sample.b, .timedOut(.seconds(4)))
            host.greetings = [
                Sample.hello(Sample.a, .omit, Sample.verified), Sample.hello(Sample.a, .disorder, Sample.verified),
            ]
        },
        Case("one of two addresses refuses", .clear, way: true) { host in
            host.reached[1] = Sample.reach(Sample.b, .refused)
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.verified)]
        },
        Case("TCP connects, and no hello is answered anywhere", .ip, way: false) { host in
            host.greetings = [Sample.a, Sample.b].flatMap { place in
                [.omit, Sample.decoy, .disorder].map { Sample.hello(place, $0, Sample.silence) }
            }
            host.passage = nil
        },
        Case("a router says that it is forbidden", .ip, way: false) { host in
            host.reached = [Sample.reach(Sample.six, .unreachable(errno: EACCES))]
            (host.greetings, host.passage) = ([], nil)
        },
        Case("one family is silent", .ip, way: true) { host in
            host.reached = [Sample.reach(Sample.a), Sample.reach(Sample.six, .timedOut(.seconds(4)))]
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.verified)]
        },
        Case("this machine has no IPv6", .clear, way: true, line: Sample.line { $0.families = [.ip4] }) { host in
            host.reached[1] = Sample.reach(Sample.six, .unreachable(errno: ENETUNREACH))
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.verified)]
        },
        Case(
            "IPv6 leads nowhere, to the control as little as to the host", .clear, way: true,
            line: Sample.line { $0.control?.reached.append(Sample.reach(Sample.six, .timedOut(.seconds(4)))) }
        ) { host in
            host.reached[1] = Sample.reach(Sample.six, .timedOut(.seconds(4)))
            host.greetings = [Sample.hello(Sample.a, .omit, Sample.verified)]
        },
    ]
}
