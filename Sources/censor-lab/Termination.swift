import Dispatch
import Glibc

/// SIGINT and SIGTERM, waited for in place of dying of them.
struct Termination {
    private let signals: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    /// From now on the two signals are waited for.
    init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.signals = signals
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield(number) }
            source.activate()
            return source
        }
    }

    /// Returns when the first of them has come.
    func wait() async {
        for await _ in signals { return }
    }
}

extension Termination {
    /// Returns when standard input has ended: when whoever has started this process is gone or wants it to go.
    static func endOfInput() async {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO)
        source.setEventHandler { end.finish() }
        source.activate()
        for await _ in ends {}
        source.cancel()
    }
}
