internal import Dispatch
internal import Glibc
internal import Synchronization

/// The one door to standard output, standard error and the log file.
///
/// Whatever is said passes `printable`. Writing happens on a queue of its own, in the order of the calls: a terminal that
/// was stopped, or a pager that is being read, must not hold up the transport, which reports from its event loops. At the
/// foot of the terminal there may be a block that is redrawn in place; lines that are said appear above it.
final class Console: Sendable {
    /// Where a line goes.
    enum Stream: Hashable, Sendable {
        case output, error, log
    }

    private struct State {
        var descriptors: [Stream: Int32]
        /// The block on the screen, and the stream that it is drawn on.
        var block: (lines: [String], stream: Stream)?
    }

    private let queue = DispatchQueue(label: "console")
    // Only work on the queue touches it, so nobody ever waits for this lock.
    private let state: Mutex<State>
    private let hasFrameWaiting = Atomic(false)

    /// Writes to these descriptors, which stay the caller's.
    init(output: Int32 = STDOUT_FILENO, error: Int32 = STDERR_FILENO, log: Int32? = nil) {
        state = Mutex(State(descriptors: [.output: output, .error: error, .log: log].compactMapValues { $0 }))
    }

    /// Lets the lines of `log` go to this descriptor, which the console keeps to the end of the process.
    func opened(log: Int32) {
        queue.async { self.state.withLock { $0.descriptors[.log] = log } }
    }

    /// Says these lines, each cleared of all that is not text.
    func say(_ lines: [String], on stream: Stream) {
        write(lines.map(printable), on: stream)
    }

    /// Says one line byte for byte: paths that scripts read back.
    func verbatim(_ line: String, on stream: Stream) {
        write([line], on: stream)
    }

    /// Draws a block in place of the last one. Skipped while an earlier one has not reached the terminal.
    func draw(on stream: Stream, _ lines: @escaping @Sendable (TerminalSize) -> [String]) {
        guard !hasFrameWaiting.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async {
            self.hasFrameWaiting.store(false, ordering: .releasing)
            self.state.withLock { state in
                let size = state.descriptors[stream].flatMap(Terminal.size) ?? .usual
                let lines = lines(size)
                if let block = state.block, block.lines == lines { return }
                let erased = Self.erase(state.block?.lines ?? [], columns: size.columns)
                Self.send(erased + Self.text(lines), to: stream, &state)
                state.block = (lines, stream)
            }
        }
    }

    /// Draws a last picture, of any height, and leaves it standing; without one the block stays as it is.
    func leaveBlock(_ lines: (@Sendable (TerminalSize) -> [String])? = nil) {
        queue.async {
            self.state.withLock { state in
                guard let block = state.block else { return }
                state.block = nil
                guard let lines else { return }
                let size = state.descriptors[block.stream].flatMap(Terminal.size) ?? .usual
                let erased = Self.erase(block.lines, columns: size.columns)
                Self.send(erased + Self.text(lines(size)), to: block.stream, &state)
            }
        }
    }

    /// Returns when all that was said before is written.
    func drain() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    private func write(_ lines: [String], on stream: Stream) {
        queue.async {
            self.state.withLock { state in
                if stream != .log, let block = state.block {
                    let size = state.descriptors[block.stream].flatMap(Terminal.size) ?? .usual
                    Self.send(Self.erase(block.lines, columns: size.columns), to: block.stream, &state)
                    Self.send(Self.text(lines), to: stream, &state)
                    Self.send(Self.text(block.lines), to: block.stream, &state)
                } else {
                    Self.send(Self.text(lines), to: stream, &state)
                }
            }
        }
    }

    private static func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    /// Back to the first row of a block, and everything from there on cleared (ECMA-48: CPL, ED). A terminal that has
    /// become narrower since has wrapped the lines.
    private static func erase(_ lines: [String], columns: Int) -> String {
        lines.isEmpty ? "" : "\u{1B}[\(DisplayWidth.rows(of: lines, columns: columns))F\u{1B}[J"
    }

    /// A reader that has gone away is no error: what would have gone there is dropped from then on.
    private static func send(_ text: String, to stream: Stream, _ state: inout State) {
        guard !text.isEmpty, let descriptor = state.descriptors[stream] else { return }
        if !writeAll(Array(text.utf8), to: descriptor) { state.descriptors[stream] = nil }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
