import Diagnosis
import LabNet
import Puller
import Testing

@testable import docker_tar_lab

/// Commands that are printed for the user to type: they must be understood as they stand.
@Suite struct TypedCommandTests {
    private static let own: OwnFlags = {
        var own = OwnFlags()
        own.common = [
            .init(flag: .network, value: "ip4"), .init(flag: .authorityFile, value: "/my files/ca.pem"),
            .init(flag: .proxy, value: "http://127.0.0.1:1"),
        ]
        own.lab = [.init(flag: .dnsServers, value: "192.0.2.53,tls://192.0.2.54"), .init(flag: .noCanary)]
        return own
    }()

    @Test(arguments: [
        (Way.ordinary, "docker-tar-lab pull nginx:latest"),
        (.lab(nil, family: nil), "docker-tar-lab pull nginx:latest -lab"),
        (.lab(.records, family: .ip6), "docker-tar-lab pull nginx:latest -lab -network ip6"),
        (.segmentSize(536), "docker-tar-lab pull nginx:latest -lab -mss 536"),
        (.family(.ip4), "docker-tar-lab pull nginx:latest -network ip4"),
        (.withoutProxy, "docker-tar-lab pull nginx:latest -proxy none"),
    ])
    func aWayIsACommand(way: Way, expected: String) {
        #expect(TypedCommand(way, to: SampleFindings.hub, with: .none).text == expected)
    }

    @Test func theUsersOwnFlagsGoWithItAndNoneTwice() throws {
        let lab = TypedCommand(.lab(nil, family: .ip6), to: SampleFindings.hub, with: Self.own).text
        #expect(
            lab == "docker-tar-lab pull nginx:latest -lab -network ip6 -ca-file '/my files/ca.pem' "
                + "-proxy http://127.0.0.1:1 -dns-servers 192.0.2.53,tls://192.0.2.54 -no-canary")
        let direct = TypedCommand(.withoutProxy, to: SampleFindings.hub, with: Self.own).words
        #expect(direct.count { $0 == "-proxy" } == 1 && !direct.contains("-no-canary"))
    }

    @Test func everyCommandIsUnderstood() throws {
        let ways: [Way] = [
            .ordinary, .lab(nil, family: nil), .lab(.alter("www.example.com"), family: .ip4), .segmentSize(536),
            .family(.ip4), .withoutProxy, .mirror("mirror.example/hub"),
        ]
        for way in ways {
            let words = TypedCommand(way, to: SampleFindings.hub, with: Self.own).words
            #expect(throws: Never.self, "\(words)") {
                try Invocation(Array(words.dropFirst()), in: surroundings())
            }
        }
    }

    @Test(arguments: [("nginx", "nginx"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'")])
    func aShellReadsWordsAsTheyAre(word: String, expected: String) {
        #expect(TypedCommand.quoted(word) == expected)
    }

    @Test func aHostWithoutAnImageHasAPlaceForItsName() {
        let target = Target(text: "h", kind: .host(Origin(scheme: .https, host: .name("a.example"), port: 8443)))
        #expect(TypedCommand(.ordinary, to: target, with: .none).text == "docker-tar-lab pull a.example:8443/NAME")
    }
}
