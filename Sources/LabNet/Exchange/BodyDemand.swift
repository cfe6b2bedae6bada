internal import NIOCore

/// Brings the reader's wishes for one body to its connection's event loop.
final class BodyDemand: NIOAsyncSequenceProducerDelegate {
    private let handler: NIOLoopBound<HTTP1Handler>
    private let exchange: Int

    init(handler: NIOLoopBound<HTTP1Handler>, exchange: Int) {
        self.handler = handler
        self.exchange = exchange
    }

    /// The reader wants more.
    func produceMore() {
        handler.execute { [exchange] in $0.resume(exchange: exchange) }
    }

    /// The reader has gone, or has read everything.
    func didTerminate() {
        handler.execute { [exchange] in $0.abandon(exchange: exchange) }
    }
}

extension NIOLoopBound {
    /// Runs `body` with the value on its event loop, now or soon.
    func execute(_ body: @escaping @Sendable (Value) -> Void) {
        eventLoop.execute { body(value) }
    }
}
