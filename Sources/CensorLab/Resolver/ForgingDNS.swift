internal import Glibc
package import LabNet
import NIOCore
import NIOPosix

/// A resolver on loopback with injectors before it: what a client sees that asks a resolver abroad across a censor.
package final class ForgingDNS: Sendable {
    /// Where it listens, over UDP and over TCP.
    package let endpoint: Endpoint
    private let datagrams: any Channel
    private let streams: Listener

    /// How the resolver and what stands before it behave.
    package struct Rules: Sendable {
        /// Where the true answers come from.
        package var truth: Truth
        /// From the query to the true answer; a real resolver's own time is part of it.
        package var delay: Duration
        /// The devices on the path.
        package var injectors: [Injector]
        /// Whether the path lets DNS over TCP through, or resets it after the query.
        package var resetsTCP = false
        /// Whether the resolver answers cookies (RFC 7873); one behind it does as it likes.
        package var answersCookies = false
        /// The hop limit with which its own datagrams leave, 1 to 255; nil for this machine's own.
        package var hopLimit: UInt8?
        /// What the path loses of queries, of true answers and of forged ones; nil for nothing.
        package var loss: Loss?

        /// Without injectors it is an honest resolver.
        package init(truth: Truth, delay: Duration = .zero, injectors: [Injector] = []) {
            self.truth = truth
            self.delay = delay
            self.injectors = injectors
        }
    }

    /// Where true answers come from.
    package enum Truth: Sendable {
        /// A table; a polluted resolver has a false one.
        case zone(Zone)
        /// A real resolver.
        case upstream(Endpoint)
        /// Nobody: an address where no resolver is, and only injectors answer.
        case nobody
    }

    private init(endpoint: Endpoint, datagrams: any Channel, streams: Listener) {
        self.endpoint = endpoint
        self.datagrams = datagrams
        self.streams = streams
    }

    /// Listens on both carriers; port 0 takes one that is free for both.
    package static func start(
        _ rules: Rules, at wanted: Endpoint, journal: Journal = Journal()
    ) async throws -> ForgingDNS {
        var attemptsLeft = wanted.port == 0 ? 16 : 1
        while true {
            let streams = try await Listener.start(at: wanted) { channel in
                let frames = ByteToMessageHandler(DNSFrameDecoder())
                try channel.pipeline.syncOperations.addHandlers([
                    frames, ResolverStream(rules, over: .tcp, journal: journal),
                ])
            }
            do {
                let datagrams = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(ResolverDatagrams(rules, journal: journal))
                        }
                    }
                    .bind(to: SocketAddress(streams.endpoint)).get()
                return ForgingDNS(endpoint: streams.endpoint, datagrams: datagrams, streams: streams)
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                // The port that is free for streams is taken for datagrams: another one may be free for both.
                await streams.stop()
                attemptsLeft -= 1
                guard attemptsLeft > 0 else { throw error }
            }
        }
    }

    /// Closes the sockets; answers that are still due are dropped.
    package func stop() async {
        try? await datagrams.close()
        await streams.stop()
    }
}
