internal import NIOCore
internal import NIOHTTP1

// MARK: A body that is produced while it is sent

extension HTTP1Handler {
    /// So many bytes go into one write, so that a slow server's every step is seen.
    private static let slice = 32 << 10

    /// Begins a request whose body follows by ``write(_:_:)`` and ``endBody(_:)``.
    func open(_ head: HTTPRequestHead, response promise: EventLoopPromise<Response>) {
        guard let context = begin(promise, streams: true) else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.head(head))).whenFailure { bound.value.fail($0) }
        awaitRoom()
    }

    /// Sends a piece of the body; the promise succeeds when the kernel has all of it, and fails with `HTTPSendingEnded`.
    func write(_ piece: ByteBuffer, _ promise: EventLoopPromise<Void>) {
        guard let context, state.wantsBody else { return promise.fail(HTTPSendingEnded()) }
        room = promise
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        var rest = piece
        while let slice = rest.readSlice(length: min(Self.slice, rest.readableBytes)), slice.readableBytes > 0 {
            let isLast = rest.readableBytes == 0
            context.write(wrapOutboundOut(.body(.byteBuffer(slice)))).whenComplete { result in
                bound.value.sliceWritten(isLast: isLast, result)
            }
        }
        context.flush()
    }

    private func sliceWritten(isLast: Bool, _ result: Result<Void, any Error>) {
        switch result {
        case .success:
            timer.sign()
            guard isLast else { return }
            room?.succeed()
            room = nil
        case .failure(let error): fail(error)
        }
    }

    /// Ends the body; the promise fails with `HTTPSendingEnded` where nobody wants it any more.
    func endBody(_ promise: EventLoopPromise<Void>) {
        guard let context, state.wantsBody else { return promise.fail(HTTPSendingEnded()) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { [exchange] result in
            bound.value.requestWritten(exchange, result)
            promise.succeed()
        }
    }

    /// Whoever makes the body cannot go on: the server must not take what has come for the whole.
    ///
    /// - Returns: whether more was wanted.
    func breakOffSending() -> Bool {
        guard state.wantsBody else { return false }
        context?.close(promise: nil)
        stopSending()
        return true
    }

    /// No more of the body is wanted; whoever waits to send it is told.
    func stopSending() {
        state.stopSending()
        tellWriter()
    }

    /// Ends the wait of a writer whose bytes are not wanted any more.
    func tellWriter() {
        guard !state.wantsBody, let room else { return }
        self.room = nil
        room.fail(HTTPSendingEnded())
    }
}

// MARK: A server that does not read

extension HTTP1Handler {
    /// Waits for bytes to go out, one piece after the other.
    ///
    /// Whoever makes the body may take his time; only what has been handed over and does not leave is a stall. The kernel
    /// tells of room when a third of its queue is free, which may be far apart where the queue is long and the server
    /// slow: so the queue itself is looked at before a server is given up.
    func awaitRoom() {
        queued = nil
        timer.start(timeouts.idle) { [weak self] in self?.lookAtQueue() }
    }

    private func lookAtQueue() {
        guard let context, state.wantsBody, room != nil else { return awaitRoom() }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        guard let provider = context.channel as? any SocketOptionProvider else { return judge(nil) }
        // "Unsafe" since the type must be what the kernel writes: nine 32-bit words (SO_MEMINFO, linux/sock_diag.h).
        let memory: EventLoopFuture<SocketMemory> = provider.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: 55))
        memory.whenComplete { result in bound.value.judge((try? result.get())?.queued) }
    }

    /// Gives the server up when nothing has left since the last look.
    private func judge(_ count: UInt64?) {
        guard state.wantsBody, room != nil else { return }
        if let count, count != queued {
            timer.start(timeouts.idle) { [weak self] in self?.lookAtQueue() }
            queued = count
        } else {
            breakOff(.timedOut(timeouts.idle))
        }
    }
}

/// What a socket's buffers hold, in the kernel's order.
private struct SocketMemory {
    var receiving: UInt32 = 0
    var receiveLimit: UInt32 = 0
    var sending: UInt32 = 0
    var sendLimit: UInt32 = 0
    var ahead: UInt32 = 0
    var sendQueue: UInt32 = 0
    var options: UInt32 = 0
    var backlog: UInt32 = 0
    var drops: UInt32 = 0

    /// What waits to be sent or acknowledged; TCP counts it in the one, Unix sockets in the other.
    var queued: UInt64 { UInt64(sending) + UInt64(sendQueue) }
}
