import Foundation
import Testing

@testable import CensorLab

/// What tcpdump, curl and a client in Python see of the lab's censor.
@Suite(
    .serialized,
    .enabled(if: HostilePath.isPossible, Comment(rawValue: HostilePath.condition)),
    .enabled(
        if: ["tcpdump", "curl", "dig", "python3"].allSatisfy(Program.exists),
        "tcpdump, curl, dig or python3 is not installed"))
struct PacketsOnTheWireTests {
    private static let registry = "198.51.100.10"

    @Test(.timeLimit(.minutes(5))) func resetsReachBothEndsAndAreWhole() async throws {
        try await HostilePath.with("segment-box") { path in
            var inside: [String] = []
            let filter = "tcp[tcpflags] & tcp-rst != 0 and tcp[tcpflags] & tcp-ack != 0"
            let outside = try await Tcpdump.watch(.world, of: path, on: Topology.inward, filter, expecting: 3) {
                inside = try await Tcpdump.watch(.client, of: path, on: Topology.outward, filter, expecting: 3) {
                    let hello = try await path.run([
                        "curl", "-sS", "-m", "5", "--resolve", "registry.lab.example:443:\(Self.registry)",
                        "https://registry.lab.example/v2/",
                    ])
                    #expect(hello.output.contains("reset"), "\(hello.output)")
                }
            }
            #expect(inside.count == 3 && outside.count == 3, "\(inside) \(outside)")
            #expect((inside + outside).allSatisfy { $0.contains("(correct)") && !$0.contains("bad cksum") })
            // One router lies between the box and the client, none between the box and the world.
            #expect(inside.allSatisfy { $0.contains("ttl 63,") && $0.contains("[DF]") })
            #expect(outside.allSatisfy { $0.contains("ttl 64,") })
        }
    }

    @Test(.timeLimit(.minutes(5))) func forgedAnswersComeFirstWithHopLimitsOfTheirOwn() async throws {
        try await HostilePath.with("poisoned-dns") { path in
            for (resolver, word) in [("203.0.113.53", "ttl"), ("2001:db8:53::53", "hlim")] {
                let type = word == "ttl" ? "A" : "AAAA"
                let filter = "udp src port 53"
                let seen = try await Tcpdump.watch(.client, of: path, on: Topology.outward, filter, expecting: 5) {
                    _ = try await path.run(["dig", "@\(resolver)", "registry.lab.example", type, "+tries=1"])
                }
                #expect(seen.allSatisfy { !$0.contains("bad udp cksum") && $0.contains("udp sum ok") }, "\(seen)")
                let limits = seen.compactMap { line in
                    line.firstMatch(of: #/(?:ttl|hlim) (\d+)/#).flatMap { Int($0.1) }
                }
                // One router has taken one off the injectors' own and the mirrored 63; the truth has come a longer way.
                #expect(limits == [119, 59, 59, 62, 51], "\(seen)")
            }
        }
    }

    /// A client that sends the first half of its hello with a hop limit of 1, as `disorder` does.
    private static let disorder = """
        import socket, ssl, sys
        address = sys.argv[1]
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        out = ssl.MemoryBIO()
        try:
            tls.wrap_bio(ssl.MemoryBIO(), out, server_hostname="registry.lab.example").do_handshake()
        except ssl.SSLWantReadError:
            pass
        hello = out.read()
        cut = hello.index(b"registry") + 4
        client = socket.create_connection((address, 443), 10)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        option = (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if ":" in address else (socket.IPPROTO_IP, socket.IP_TTL)
        client.setsockopt(*option, 1)
        client.send(hello[:cut])
        client.setsockopt(*option, 64)
        client.send(hello[cut:])
        client.settimeout(20)
        try:
            print("answered" if client.recv(1) == bytes([22]) else "closed")
        except ConnectionResetError:
            print("reset")
        except TimeoutError:
            print("silent")
        """

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [("arrival-box", "answered"), ("first-hop-box", "reset"), ("sequence-box", "reset")])
    func disorderIsReadByWhoeverSeesTheFirstPieceOrWaitsForIt(scenario: String, outcome: String) async throws {
        try await HostilePath.with(scenario) { path in
            for address in [Self.registry, "2001:db8:10::10"] {
                let result = try await path.run(["python3", "-c", Self.disorder, address])
                #expect(result.output == outcome + "\n", "\(address) \(path.said.suffix(4))")
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func onANarrowPathLargeSegmentsAreLostAndSmallOnesAreNot() async throws {
        try await HostilePath.with("small-mtu") { path in
            let filter = "icmp or icmp6[0] == 2"
            let seen = try await Tcpdump.watch(.client, of: path, on: Topology.outward, filter, expecting: 0) {
                for (size, isThrough) in [(880, true), (1_400, false)] {
                    let result = try await path.run([
                        "python3", "-c", Self.bigHello, Self.registry, "\(size)",
                    ])
                    #expect((result.output == "answered\n") == isThrough, "\(size) \(result.output)")
                }
            }
            #expect(seen.isEmpty)
            #expect(path.said.contains { $0.hasPrefix("path: a packet of") })
        }
    }

    /// A client with a maximum segment size that sends a record of 1400 bytes, to which the server has something to say.
    private static let bigHello = """
        import socket, sys
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, int(sys.argv[2]))
        client.settimeout(4)
        client.connect((sys.argv[1], 443))
        client.send(bytes([22, 3, 1, 5, 0]) + bytes(1280))
        try:
            client.recv(1)
            print("answered")
        except ConnectionResetError:
            print("answered")
        except TimeoutError:
            print("silent")
        """

    @Test(.timeLimit(.minutes(5))) func aFrozenStreamStaysOpenAndSilent() async throws {
        try await HostilePath.with("freeze") { path in
            let first = try await path.tool("list", at: Self.registry, ["-sni", "plain"])
            #expect(first.status == 0, "\(first.output)")
            // The layer is longer than what comes through, however often it is asked for in these seconds.
            let frozen = try await path.tool("pull", at: Self.registry, ["-sni", "plain"], patience: 8)
            #expect(frozen.status != 0)
            #expect(path.said.contains { $0.contains("is stopped after 16384 bytes") })
        }
    }
}
