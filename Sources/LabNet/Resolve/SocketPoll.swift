// Clang gives the names of sys/socket.h to whichever of CAres and Glibc asks first.
internal import CAres
// Dispatch objects may be used from any thread; on Linux the module does not say so to the compiler.
@preconcurrency internal import Dispatch
internal import Glibc
internal import Synchronization

/// Waits for many sockets at once with poll(2), on one thread that lives as long as there is one to wait for.
///
/// Dispatch sources would not do: an ICMP error wakes none of them, and libdispatch then asks epoll again and again.
final class SocketPoll: Sendable {
    /// The one that all share.
    static let shared = SocketPoll()

    private struct State {
        var watched: [Int32: @Sendable () -> Void] = [:]
        var leaving: [(number: Int32, gone: CheckedContinuation<Void, Never>)] = []
        /// The ends of the socket pair that wakes the thread; nil while it does not run.
        var alarm: Alarm?
    }

    private struct Alarm: Sendable {
        let reader: Int32
        let writer: Int32
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "datagrams")

    /// Calls `ready` on the poll's thread whenever the descriptor has something to read, or an error.
    ///
    /// - Throws: `SocketFailure` when there are no descriptors left to wake the thread by.
    func watch(_ number: Int32, _ ready: @escaping @Sendable () -> Void) throws {
        let begins = try state.withLock { state in
            let begins = state.alarm == nil
            let alarm = try state.alarm ?? Self.alarm()
            state.alarm = alarm
            state.watched[number] = ready
            Self.ring(alarm)
            return begins
        }
        if begins { queue.async { self.run() } }
    }

    /// Ends the watching, and returns when nobody uses the descriptor any more.
    func unwatch(_ number: Int32) async {
        await withCheckedContinuation { gone in
            state.withLock { state in
                // Who watches has not left yet, so the thread runs.
                state.leaving.append((number, gone))
                if let alarm = state.alarm { Self.ring(alarm) }
            }
        }
    }

    private func run() {
        while let (descriptors, alarm) = next() {
            var descriptors = descriptors + [pollfd(fd: alarm.reader, events: Int16(POLLIN), revents: 0)]
            guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { continue }
            if descriptors.removeLast().revents != 0 { Self.silence(alarm) }
            let ready = descriptors.filter { $0.revents != 0 }.map(\.fd)
            let calls = state.withLock { state in ready.compactMap { state.watched[$0] } }
            for call in calls { call() }
        }
    }

    /// Lets go who is leaving. What is to be waited for next; nil when there is nothing, and the thread ends.
    private func next() -> ([pollfd], Alarm)? {
        let (gone, next) = state.withLock { state in
            for leaver in state.leaving { state.watched[leaver.number] = nil }
            let gone = state.leaving.map(\.gone)
            state.leaving = []
            guard let alarm = state.alarm, !state.watched.isEmpty else {
                if let alarm = state.alarm { Self.close(alarm) }
                state.alarm = nil
                return (gone, ([pollfd], Alarm)?.none)
            }
            let descriptors = state.watched.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            return (gone, (descriptors, alarm))
        }
        for continuation in gone { continuation.resume() }
        return next
    }
}

// MARK: - The alarm

extension SocketPoll {
    private static func alarm() throws -> Alarm {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SocketFailure(errno: errno) }
        return Alarm(reader: ends[0], writer: ends[1])
    }

    /// A full buffer rings already.
    private static func ring(_ alarm: Alarm) {
        var byte: UInt8 = 0
        _ = write(alarm.writer, &byte, 1)
    }

    private static func silence(_ alarm: Alarm) {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(alarm.reader, &bytes, bytes.count) == bytes.count {}
    }

    private static func close(_ alarm: Alarm) {
        Glibc.close(alarm.reader)
        Glibc.close(alarm.writer)
    }
}
