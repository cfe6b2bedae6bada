import LabNet
import NIOCore
import NIOPosix

/// A real resolver behind the forging one. Every query goes out on a socket of its own, so that IDs need no translation.
struct Upstream: Sendable {
    /// Where the real resolver listens.
    var endpoint: Endpoint

    /// How long a real resolver may take.
    private static let patience = TimeAmount.seconds(5)

    /// Asks over UDP or TCP, as the client did, and gives back the answer as it is. What came through TLS goes on over TCP.
    func ask(_ message: [UInt8], over carrier: Event.Carrier, on loop: any EventLoop) -> EventLoopFuture<[UInt8]> {
        let answer = loop.makePromise(of: [UInt8].self)
        connect(over: carrier, on: loop, answer: answer).whenComplete { result in
            switch result {
            case .success(let channel):
                let timeout = loop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
                channel.closeFuture.whenComplete { _ in timeout.cancel() }
                let framed = carrier != .udp ? UInt16(message.count).networkBytes + message : message
                channel.writeAndFlush(ByteBuffer(bytes: framed), promise: nil)
            case .failure(let error): answer.fail(error)
            }
        }
        return answer.futureResult
    }

    private func connect(
        over carrier: Event.Carrier, on loop: any EventLoop, answer: EventLoopPromise<[UInt8]>
    ) -> EventLoopFuture<any Channel> {
        do {
            let address = try SocketAddress(endpoint)
            switch carrier {
            case .udp:
                return DatagramBootstrap(group: loop)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(DatagramAnswer(answer))
                        }
                    }
                    .connect(to: address)
            case .tcp, .tls, .https:
                return ClientBootstrap(group: loop)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            let frames = ByteToMessageHandler(DNSFrameDecoder())
                            try channel.pipeline.syncOperations.addHandlers([frames, StreamAnswer(answer)])
                        }
                    }
                    .connect(to: address)
            }
        } catch {
            return loop.makeFailedFuture(error)
        }
    }
}

/// Takes the first datagram for the answer.
private final class DatagramAnswer: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let answer: EventLoopPromise<[UInt8]>

    init(_ answer: EventLoopPromise<[UInt8]>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.succeed(Array(unwrapInboundIn(data).data.readableBytesView))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(ChannelError.eof) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Takes the first framed message for the answer.
private final class StreamAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let answer: EventLoopPromise<[UInt8]>

    init(_ answer: EventLoopPromise<[UInt8]>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.succeed(Array(unwrapInboundIn(data).readableBytesView))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(ChannelError.eof) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Takes messages out of a stream, where a two-byte length precedes each (RFC 1035 4.2.2).
struct DNSFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let frame = buffer.readLengthPrefixedSlice(as: UInt16.self) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(frame))
        return .continue
    }
}
