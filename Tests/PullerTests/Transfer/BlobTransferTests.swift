import Synchronization
import Testing

@testable import Puller

/// A file in memory that counts how often each byte was written.
private final class MemoryBlobFile: BlobFile {
    struct Content {
        var bytes: [UInt8]
        var writes: [Int]
    }

    let content: Mutex<Content>

    init(_ count: Int) {
        content = Mutex(
            Content(bytes: [UInt8](repeating: 0, count: count), writes: [Int](repeating: 0, count: count)))
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        content.withLock { content in
            for (index, byte) in bytes.enumerated() {
                content.bytes[Int(offset) + index] = byte
                content.writes[Int(offset) + index] += 1
            }
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        content.withLock { content in
            let bytes = content.bytes.dropFirst(Int(offset)).prefix(buffer.count)
            buffer.copyBytes(from: bytes)
            return bytes.count
        }
    }
}

@Suite struct BlobTransferTests {
    private let bytes = HostilePullTests.noise(100_000)

    private func blob(_ bytes: [UInt8]) throws -> Descriptor {
        Descriptor(mediaType: "x", digest: try Digester.digest(of: bytes), size: Int64(bytes.count))
    }

    private func take(_ transfer: BlobTransfer, _ part: Range<Int>, of bytes: [UInt8]? = nil) throws {
        try (bytes ?? self.bytes)[part].withUnsafeBytes { try transfer.take($0, at: Int64(part.lowerBound)) }
    }

    /// Parts that come in any order, overlap and repeat: each byte is written once, and the whole is right.
    @Test(arguments: 0..<4) func anyOrderOfPartsMakesTheWhole(_ seed: UInt64) throws {
        let file = MemoryBlobFile(bytes.count)
        let transfer = try BlobTransfer(blob(bytes), into: .anywhere(file), over: Link(connections: 4))
        var state = seed &+ 1
        while !transfer.isWhole {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let start = Int(state >> 33) % bytes.count
            try take(transfer, start..<min(bytes.count, start + 1 + Int(state >> 40) % 20_000))
        }
        try transfer.finish()
        let content = file.content.withLock(\.self)
        #expect(content.bytes == bytes)
        #expect(content.writes.allSatisfy { $0 == 1 })
    }

    /// What was hashed must stay: a second server with other bytes cannot put them in the place of the first one's.
    @Test func bytesThatAreHereAreNotReplaced() throws {
        let file = MemoryBlobFile(bytes.count)
        let transfer = try BlobTransfer(blob(bytes), into: .anywhere(file), over: Link())
        try take(transfer, 0..<60_000)
        try take(transfer, 20_000..<60_000, of: [UInt8](repeating: 7, count: bytes.count))
        try take(transfer, 50_000..<100_000)
        try transfer.finish()
        #expect(file.content.withLock(\.bytes) == bytes)
    }

    @Test func aWrongByteThatCameEarlyIsFound() throws {
        var wrong = bytes
        wrong[70_000] ^= 1
        let transfer = try BlobTransfer(blob(bytes), into: .anywhere(MemoryBlobFile(bytes.count)), over: Link())
        try take(transfer, 50_000..<100_000, of: wrong)
        try take(transfer, 0..<50_000)
        #expect { try transfer.finish() } throws: {
            if case .digestMismatch? = $0 as? PullError.Cause { true } else { false }
        }
        // Nothing of it is from an earlier run, so there is nothing to begin again for.
        #expect(try !transfer.startOverWithoutKept())
    }

    @Test func whatAnEarlierRunLeftMayHaveRotted() throws {
        let file = MemoryBlobFile(bytes.count)
        let transfer = try BlobTransfer(
            blob(bytes), into: .anywhere(file), over: Link(), kept: ByteRanges(0..<40_000))
        #expect(transfer.received == 40_000)
        #expect(transfer.nextGap() == 40_000..<100_000)
        try take(transfer, 40_000..<100_000)
        #expect(throws: PullError.Cause.self) { try transfer.finish() }
        #expect(try transfer.startOverWithoutKept())
        #expect(transfer.received == 0)
        try take(transfer, 0..<100_000)
        try transfer.finish()
        #expect(file.content.withLock(\.bytes) == bytes)
    }

    @Test func oneByteTooFewIsRefused() throws {
        for target in [BlobTransfer.Target.anywhere(MemoryBlobFile(100_000)), .inOrder { _, _ in }] {
            let transfer = try BlobTransfer(blob(bytes), into: target, over: Link())
            try take(transfer, 0..<99_999)
            #expect(throws: PullError.Cause.sizeMismatch(expected: 100_000, actual: 99_999)) { try transfer.finish() }
        }
    }

    @Test func oneByteTooManyIsRefused() throws {
        let transfer = try BlobTransfer(blob(bytes), into: .anywhere(MemoryBlobFile(100_010)), over: Link())
        #expect(throws: PullError.Cause.sizeMismatch(expected: 100_000, actual: 100_001)) {
            try take(transfer, 99_000..<100_001, of: bytes + [0])
        }
        #expect(transfer.received == 0)
        #expect(throws: PullError.Cause.sizeMismatch(expected: 100_000, actual: .max)) {
            try [1, 2].withUnsafeBytes { try transfer.take($0, at: .max) }
        }
    }

    @Test func aPipeTakesBytesInTheirOrderAlone() throws {
        let sunk = Mutex<[UInt8]>([])
        let sink: BlobSink = { bytes, _ in sunk.withLock { $0 += Array(bytes) } }
        let transfer = try BlobTransfer(blob(bytes), into: .inOrder(sink), over: Link(connections: 4))
        #expect(!transfer.mayBeHelped)
        try take(transfer, 0..<10)
        #expect(throws: PullError.Cause.self) { try take(transfer, 20..<30) }
        try take(transfer, 5..<100_000)
        try transfer.finish()
        #expect(sunk.withLock(\.self) == bytes)
    }

    @Test func helpersWorkFromTheEndAndTheLeaderLeavesThemTheirs() throws {
        let size: Int64 = 64 << 20
        let blob = Descriptor(mediaType: "x", digest: try Digester.digest(of: []), size: size)
        let transfer = try BlobTransfer(blob, into: .anywhere(MemoryBlobFile(0)), over: Link(connections: 4))
        let mega: Int64 = 1 << 20
        #expect(transfer.claim() == 56 * mega..<64 * mega)
        #expect(transfer.claim() == 49 * mega..<56 * mega)
        #expect(transfer.nextGap() == 0..<49 * mega)
        transfer.release(56 * mega..<64 * mega)
        #expect(transfer.nextGap() == 0..<49 * mega)
        // Towards the end they are as small as is worth a request, and the last two belong to the leader.
        #expect(transfer.claim() == 42 * mega + mega * 7 / 8..<49 * mega)
        while let piece = transfer.claim(), piece.lowerBound > 0 { #expect(piece.count >= mega) }
        let left = try #require(transfer.nextGap())
        #expect(left.lowerBound == 0 && left.count < 2 * mega)
        transfer.declineHelp()
        #expect(transfer.claim() == nil)
    }

    @Test func aSmallBlobIsNotWorthASecondConnection() throws {
        for (size, isWorth) in [(Int64(8 << 20) - 1, false), (8 << 20, true)] {
            let blob = Descriptor(mediaType: "x", digest: try Digester.digest(of: []), size: size)
            for (connections, may) in [(1, false), (2, isWorth)] {
                let transfer = try BlobTransfer(
                    blob, into: .anywhere(MemoryBlobFile(0)), over: Link(connections: connections))
                #expect(transfer.mayBeHelped == may)
            }
        }
    }
}
