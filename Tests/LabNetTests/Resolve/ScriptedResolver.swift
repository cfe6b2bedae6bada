import NIOCore
import NIOPosix
import Synchronization

@testable import LabNet

/// A resolver on loopback that answers over UDP and TCP as it is told.
final class ScriptedResolver: Sendable {
    /// What is sent for a query: some messages, each after its own delay.
    typealias Script = @Sendable (ScriptedQuestion) -> [ScriptedAnswer]

    /// Where it listens.
    let endpoint: Endpoint
    private let channels: [any Channel]
    private let heard: Heard

    fileprivate final class Heard: Sendable {
        let questions = Mutex<[ScriptedQuestion]>([])
    }

    private init(endpoint: Endpoint, channels: [any Channel], heard: Heard) {
        self.endpoint = endpoint
        self.channels = channels
        self.heard = heard
    }

    /// Every question that came, in order, but for the control question.
    var questions: [ScriptedQuestion] { heard.questions.withLock { $0 }.filter { !$0.isControl } }
    /// How often the control question came.
    var controls: Int { heard.questions.withLock { $0 }.count { $0.isControl } }

    /// Starts on a free port of a loopback address, runs the body, and stops.
    static func serve<Value>(
        on address: String = "127.0.0.1", _ script: @escaping Script,
        _ body: (ScriptedResolver) async throws -> Value
    ) async throws -> Value {
        let resolver = try await start(on: address, script)
        do {
            let value = try await body(resolver)
            try await resolver.stop()
            return value
        } catch {
            try await resolver.stop()
            throw error
        }
    }

    /// Starts on a free port of a loopback address; it has to be stopped.
    static func start(on address: String = "127.0.0.1", _ script: @escaping Script) async throws -> ScriptedResolver {
        let heard = Heard()
        let script: Script = { question in
            heard.questions.withLock { $0.append(question) }
            return script(question)
        }
        let literal = IPAddress(address) ?? .v4(0)
        // A port that is free over UDP may be taken over TCP; then the next one is tried.
        var failure: (any Error)?
        for _ in 0..<20 {
            let udp = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .channelInitializer { $0.pipeline.addHandler(DatagramAnswers(script)) }
                .bind(host: address, port: 0).get()
            let port = udp.localAddress?.port ?? 0
            do {
                let tcp = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelInitializer { $0.pipeline.addHandler(StreamAnswers(script)) }
                    .bind(host: address, port: port).get()
                return ScriptedResolver(
                    endpoint: Endpoint(address: literal, port: UInt16(port)), channels: [udp, tcp], heard: heard)
            } catch {
                failure = error
                try await udp.close()
            }
        }
        throw failure ?? CancellationError()
    }

    /// Closes both ports.
    func stop() async throws {
        for channel in channels { try await channel.close() }
    }
}

/// One message that answers a query.
struct ScriptedAnswer: Sendable {
    var delay: Duration
    var bytes: [UInt8]
}

/// What a query asked, as far as a script needs it.
struct ScriptedQuestion: Sendable {
    let id: UInt16
    /// The question section as it came, in its letter case.
    let section: [UInt8]
    let type: UInt16
    let name: String
    let isOverTCP: Bool

    var isControl: Bool { name == "." }

    /// An ordinary answer, to be changed.
    var packet: DNSPacket { DNSPacket(id: id, question: section) }

    /// An ordinary answer with those of the addresses that are of the type asked for.
    func answer(
        _ literals: [String] = [], after delay: Duration = .zero, change: (inout DNSPacket) -> Void = { _ in }
    ) -> ScriptedAnswer {
        var packet = packet
        packet.answers = literals.filter { ($0.contains(":") ? 28 : 1) == type }.map { DNSPacket.address($0) }
        change(&packet)
        return ScriptedAnswer(delay: delay, bytes: packet.bytes)
    }

    /// Reads a query; nil when it is none.
    init?(_ bytes: [UInt8], isOverTCP: Bool) {
        guard bytes.count > 16, let end = bytes[12...].firstIndex(of: 0), end + 4 < bytes.count else { return nil }
        id = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        section = Array(bytes[12...end + 4])
        type = UInt16(bytes[end + 1]) << 8 | UInt16(bytes[end + 2])
        name = DNSName(wire: Array(bytes[12...end])).description
        self.isOverTCP = isOverTCP
    }
}

extension Duration {
    fileprivate var timeAmount: TimeAmount { .nanoseconds(Int64(self / .nanoseconds(1))) }
}

private final class DatagramAnswers: ChannelInboundHandler, Sendable {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let script: ScriptedResolver.Script

    init(_ script: @escaping ScriptedResolver.Script) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let question = ScriptedQuestion(Array(envelope.data.readableBytesView), isOverTCP: false) else { return }
        let channel = context.channel
        for answer in script(question) {
            channel.eventLoop.scheduleTask(in: answer.delay.timeAmount) {
                let buffer = ByteBuffer(bytes: answer.bytes)
                channel.writeAndFlush(
                    AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: buffer), promise: nil)
            }
        }
    }
}

private final class StreamAnswers: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let script: ScriptedResolver.Script

    init(_ script: @escaping ScriptedResolver.Script) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Our client sends length and message in one segment, and loopback keeps it whole.
        let bytes = Array(unwrapInboundIn(data).readableBytesView.dropFirst(2))
        guard let question = ScriptedQuestion(bytes, isOverTCP: true) else { return }
        let channel = context.channel
        for answer in script(question) {
            channel.eventLoop.scheduleTask(in: answer.delay.timeAmount) {
                let framed = DNSPacket.number(UInt16(answer.bytes.count)) + answer.bytes
                channel.writeAndFlush(ByteBuffer(bytes: framed), promise: nil)
            }
        }
    }
}
