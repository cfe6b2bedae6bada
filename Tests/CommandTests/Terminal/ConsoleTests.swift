import Foundation
import Testing

@testable import docker_tar_lab

/// Both ends of a pipe; what was written is read after the writing end is closed.
private struct Pipes {
    let output = Pipe.kept()
    let error = Pipe.kept()

    var console: Console {
        Console(output: output.fileHandleForWriting.fileDescriptor, error: error.fileHandleForWriting.fileDescriptor)
    }

    func read(_ pipe: Pipe) throws -> String {
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
}

@Suite struct ConsoleTests {
    @Test func linesAreClearedAndKeepTheirOrder() async throws {
        let pipes = Pipes()
        let console = pipes.console
        for number in 0..<100 { console.say(["\u{1B}[2J\(number)"], on: .output) }
        console.say(["a\nb"], on: .error)
        console.verbatim("odd\u{202E}name", on: .error)
        await console.drain()
        #expect(try pipes.read(pipes.output) == (0..<100).map { "\($0)\n" }.joined())
        #expect(try pipes.read(pipes.error) == "a b\nodd\u{202E}name\n")
    }

    @Test func aLineStandsAboveTheBlock() async throws {
        let pipes = Pipes()
        let console = pipes.console
        console.draw(on: .output) { _ in ["one", "two"] }
        await console.drain()
        console.draw(on: .output) { _ in ["one", "two"] }
        await console.drain()
        console.say(["said"], on: .output)
        console.leaveBlock { _ in ["all", "is", "done"] }
        console.say(["after"], on: .output)
        await console.drain()
        let erased = "\u{1B}[2F\u{1B}[J"
        #expect(
            try pipes.read(pipes.output) == "one\ntwo\n\(erased)said\none\ntwo\n\(erased)all\nis\ndone\nafter\n")
    }

    @Test func aBlockThatIsLeftStandsAsItIs() async throws {
        let pipes = Pipes()
        let console = pipes.console
        console.draw(on: .error) { _ in ["half"] }
        console.leaveBlock()
        console.say(["failed"], on: .error)
        await console.drain()
        #expect(try pipes.read(pipes.error) == "half\nfailed\n")
    }

    @Test func aReaderThatHasGoneIsNoTrouble() async throws {
        signal(SIGPIPE, SIG_IGN)
        let pipes = Pipes()
        let console = pipes.console
        try pipes.output.fileHandleForReading.close()
        for _ in 0..<3 { console.say(["nobody reads this"], on: .output) }
        console.say(["somebody reads this"], on: .error)
        await console.drain()
        #expect(try pipes.read(pipes.error) == "somebody reads this\n")
    }

    @Test func aDescriptorThatDoesNotBlockIsWaitedFor() async throws {
        let pipes = Pipes()
        let writing = pipes.output.fileHandleForWriting.fileDescriptor
        #expect(fcntl(writing, F_SETFL, O_NONBLOCK) == 0)
        let console = pipes.console
        let line = String(repeating: "x", count: 999)
        for _ in 0..<200 { console.say([line], on: .output) }
        let reading = pipes.output.fileHandleForReading
        let read = Task.detached { try reading.read(upToCount: 200_000) }
        await console.drain()
        try pipes.output.fileHandleForWriting.close()
        var count = try await read.value?.count ?? 0
        count += try reading.readToEnd()?.count ?? 0
        #expect(count == 200_000)
    }

    @Test func aPseudoTerminalTellsItsSize() throws {
        var primary: Int32 = -1
        var secondary: Int32 = -1
        var size = winsize(ws_row: 7, ws_col: 33, ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&primary, &secondary, nil, nil, &size) == 0)
        defer {
            close(primary)
            close(secondary)
        }
        #expect(Terminal.size(of: secondary) == TerminalSize(columns: 33, rows: 7))
        #expect(Terminal.canDraw(on: secondary, environment: ["TERM": "xterm"]))
        #expect(!Terminal.canDraw(on: secondary, environment: ["TERM": "dumb"]))
        #expect(!Terminal.canDraw(on: secondary, environment: [:]))
        let pipe = Pipe.kept()
        #expect(!Terminal.canDraw(on: pipe.fileHandleForWriting.fileDescriptor, environment: ["TERM": "xterm"]))
        #expect(Terminal.size(of: pipe.fileHandleForWriting.fileDescriptor) == nil)
    }
}
