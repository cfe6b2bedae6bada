internal import Glibc
import NIOCore
import NIOPosix

/// A program that this one has started. It reads a pipe that ends when this process does, whatever becomes of it; what it
/// says, on either output, comes line by line.
final class ChildProcess: Sendable {
    /// Its id, and its group's.
    let process: pid_t
    private let pipes: any Channel

    /// Starts a program of this machine, with this process's environment.
    ///
    /// - Parameters:
    ///   - path: absolute.
    ///   - line: is given each line without its end, on one thread, in order.
    /// - Throws: `LabFailure` when it cannot be started; what NIO throws.
    static func start(
        _ path: String, _ arguments: [String], line: @escaping @Sendable (String) -> Void
    ) async throws -> ChildProcess {
        let input = try Pipe()
        let output: Pipe
        let process: pid_t
        do {
            output = try Pipe()
        } catch {
            input.close()
            throw error
        }
        do {
            process = try spawn(path, arguments, input: input.reading, output: output.writing)
        } catch {
            input.close()
            output.close()
            throw error
        }
        close(input.reading)
        close(output.writing)
        let pipes = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LineReader(line: line))
                }
            }
            .takingOwnershipOfDescriptors(input: output.reading, output: input.writing).get()
        return ChildProcess(process: process, pipes: pipes)
    }

    private init(process: pid_t, pipes: any Channel) {
        self.process = process
        self.pipes = pipes
    }

    /// Waits until the program has ended, and gives back its exit code; 128 and more for a signal.
    func wait() async throws -> Int32 {
        try? await pipes.closeFuture.get()
        // Its outputs are closed, so this takes no longer than its last breath.
        return try await NIOThreadPool.singleton.runIfActive { [process] in
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        }
    }

    /// Calls when the program has ended.
    func whenEnded(_ body: @escaping @Sendable () -> Void) { pipes.closeFuture.whenComplete { _ in body() } }

    /// Ends the program by ending its input, or by force when that takes longer than `patience`.
    func stop(within patience: Duration = .seconds(5)) async {
        let force = pipes.eventLoop.scheduleTask(in: TimeAmount(patience)) { [process] in
            _ = kill(process, SIGKILL)
        }
        pipes.close(mode: .output, promise: nil)
        _ = try? await wait()
        force.cancel()
    }

    /// Two ends that no other program inherits.
    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw LabFailure(call: "pipe") }
            // Glibc hides pipe2 from Swift. A lab starts its programs one after another, so nobody forks in between.
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (reading, writing) = (ends[0], ends[1])
        }

        func close() {
            Glibc.close(reading)
            Glibc.close(writing)
        }
    }

    private static func spawn(_ path: String, _ arguments: [String], input: Int32, output: Int32) throws -> pid_t {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for (end, number) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (output, STDERR_FILENO)] {
            posix_spawn_file_actions_adddup2(&files, end, number)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of pools run with signals blocked, and that would be inherited. A group of its own keeps the terminal's
        // Ctrl-C away: who has started it ends it.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, path, &files, &attributes, &words, environ)
        guard code == 0 else { throw LabFailure("\(path): \(String(cString: strerror(code)))") }
        return process
    }
}

/// Takes lines out of what comes.
private final class LineReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let line: @Sendable (String) -> Void
    private var held = ByteBuffer()

    init(line: @escaping @Sendable (String) -> Void) { self.line = line }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.writeImmutableBuffer(unwrapInboundIn(data))
        while let end = held.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            line(held.readString(length: end - held.readerIndex) ?? "")
            held.moveReaderIndex(forwardBy: 1)
        }
        held.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if held.readableBytes > 0 { line(String(buffer: held)) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
