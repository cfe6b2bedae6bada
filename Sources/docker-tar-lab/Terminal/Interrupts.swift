internal import Dispatch
internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM while something runs: the first one asks it to end, so that it can clean up; a second SIGINT ends
/// the process at once.
@MainActor
final class Interrupts {
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    private let flag = Flag()
    private var sources: [any DispatchSourceSignal] = []

    /// Whether a signal has come.
    var haveCome: Bool { flag.isSet.load(ordering: .acquiring) }

    /// Listens until `stop`; `cancel` is called at every signal but a second SIGINT.
    init(_ cancel: @escaping @Sendable () -> Void) {
        for number in [SIGINT, SIGTERM] {
            // The default action would end the process before the source is asked.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // Dispatch runs it on a queue of its own, not on the main actor whose init this is.
            source.setEventHandler { @Sendable [flag] in
                let isSecond = flag.isSet.exchange(true, ordering: .acquiringAndReleasing)
                if isSecond, number == SIGINT { _exit(ExitCode.interrupted.rawValue) }
                cancel()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// Listens no more; the signals have their default action again.
    func stop() {
        sources.forEach { $0.cancel() }
        sources = []
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}
