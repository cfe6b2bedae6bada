import CAres
import Foundation
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import LabNet

/// What came out of a channel's inner end, in order.
final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    struct Account: Sendable {
        var bytes = ByteBuffer()
        var failures: [NetworkError.Cause] = []
    }

    private let account = NIOLockedValueBox(Account())
    private let end: EventLoopPromise<Account>

    init(on loop: any EventLoop) { end = loop.makePromise() }

    /// What had come when the channel became inactive.
    var whole: EventLoopFuture<Account> { end.futureResult }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        account.withLockedValue { _ = $0.bytes.writeImmutableBuffer(unwrapInboundIn(data)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = error as? TLSFailure { account.withLockedValue { $0.failures.append(failure.cause) } }
    }

    func channelInactive(context: ChannelHandlerContext) { end.succeed(account.withLockedValue(\.self)) }
}

/// A client that greets with BSD calls and goes on with NIO, as the transport does.
struct LoopbackClient {
    let channel: any Channel
    let collector: Collector
    let handshake: EventLoopFuture<TLSSummary>

    /// Not the loops that everybody shares: `meanwhile` may wait for a server that runs on one of those.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// - Parameters:
    ///   - autoRead: false to read only what the test asks for.
    ///   - meanwhile: is done between the first flight and the handing over, with the descriptor.
    static func connect(
        port: Int, autoRead: Bool = true, meanwhile: @Sendable @escaping (Int32) -> Void = { _ in },
        makeSession: @Sendable @escaping () throws -> TLSSession
    ) async throws -> LoopbackClient {
        let loop = loops.next()
        let handshake = loop.makePromise(of: TLSSummary.self)
        return try await loop.flatSubmit {
            do {
                let session = try makeSession()
                let descriptor = try greet(port: port, with: session.firstFlight())
                meanwhile(descriptor)
                let bound = NIOLoopBound(session, eventLoop: loop)
                let collector = Collector(on: loop)
                return ClientBootstrap(group: loop)
                    .channelOption(.autoRead, value: autoRead)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandlers(
                                TLSHandler(session: bound.value, handshake: handshake), collector)
                        }
                    }
                    .withConnectedSocket(descriptor)
                    .map { LoopbackClient(channel: $0, collector: collector, handshake: handshake.futureResult) }
            } catch {
                handshake.fail(error)
                return loop.makeFailedFuture(error)
            }
        }.get()
    }

    /// What the handshake came to, as a cause; nil when it succeeded.
    func failure() async throws -> NetworkError.Cause? {
        do {
            _ = try await handshake.get()
            return nil
        } catch let failure as TLSFailure {
            return failure.cause
        }
    }

    private static func greet(port: Int, with segments: [[UInt8]]) throws -> NIOBSDSocket.Handle {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        let endpoint = Endpoint(address: .v4(0x7F00_0001), port: UInt16(port))
        let result = endpoint.withSocketAddress { Foundation.connect(descriptor, $0, $1) }
        guard result == 0 else {
            let failure = IOError(errnoCode: errno, reason: "connect")
            close(descriptor)
            throw failure
        }
        for segment in segments {
            let count = send(descriptor, segment, segment.count, Int32(MSG_NOSIGNAL))
            guard count == segment.count else { throw IOError(errnoCode: errno, reason: "send") }
        }
        return descriptor
    }
}

/// A server on a free port of 127.0.0.1 for as long as `body` runs.
func withServer<Value>(
    _ initialize: @Sendable @escaping (any Channel) throws -> Void, _ body: (Int) async throws -> Value
) async throws -> Value {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        let value = try await body(#require(server.localAddress?.port))
        try await server.close().get()
        return value
    } catch {
        try await server.close().get()
        throw error
    }
}

/// Another program for as long as `body` runs.
func withProgram<Value>(
    _ path: String, _ arguments: [String], _ body: () async throws -> Value
) async throws -> Value {
    let program = Process()
    program.executableURL = URL(fileURLWithPath: path)
    program.arguments = arguments
    program.standardOutput = FileHandle.nullDevice
    program.standardError = FileHandle.nullDevice
    program.standardInput = Pipe()
    try program.run()
    defer {
        // The threads of Swift's pool block SIGTERM, and a child inherits that.
        kill(program.processIdentifier, SIGKILL)
        program.waitUntilExit()
    }
    return try await body()
}
