import Foundation
import Testing

@testable import Puller

/// What `docker pull` takes and refuses, at every size of pieces.
@Suite struct InflaterTests {
    static let text = Array(String(repeating: "The quick brown fox. ", count: 40).utf8)

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let input: [UInt8]
        let output: [UInt8]
    }

    static func accepted() throws -> [Case] {
        let gzip = try compressed(text, .gzip)
        let zstd = try compressed(text, .zstd)
        let far = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * $0 % 251) }
        let odd = text + [UInt8](repeating: 7, count: 777)
        let skippable: [UInt8] = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]
        return [
            Case(testDescription: "empty", input: [], output: []),
            Case(testDescription: "plain", input: text, output: text),
            Case(testDescription: "plain, one byte", input: [0], output: [0]),
            Case(testDescription: "plain, half a magic", input: [0x1f, 0x8b], output: [0x1f, 0x8b]),
            Case(testDescription: "gzip", input: gzip, output: text),
            Case(testDescription: "gzip of nothing", input: try compressed([], .gzip), output: []),
            Case(testDescription: "gzip, odd bytes at the end", input: try compressed(odd, .gzip), output: odd),
            Case(testDescription: "gzip, more than a buffer", input: try compressed(far, .gzip), output: far),
            Case(testDescription: "gzip, many members", input: gzip + gzip + gzip, output: text + text + text),
            Case(testDescription: "gzip, zeros after", input: gzip + [UInt8](repeating: 0, count: 600), output: text),
            Case(testDescription: "gzip, junk after", input: gzip + Array("junk".utf8), output: text),
            Case(testDescription: "gzip, half a magic after", input: gzip + [0x1f, 0x8b], output: text),
            Case(testDescription: "gzip, almost a magic after", input: gzip + [0x1f, 0x8b, 0x07, 0x1f], output: text),
            Case(testDescription: "gzip, junk, then gzip", input: gzip + [0] + gzip, output: text),
            Case(testDescription: "zstd", input: zstd, output: text),
            Case(testDescription: "zstd of nothing", input: try compressed([], .zstd), output: []),
            Case(testDescription: "zstd, many frames", input: zstd + zstd, output: text + text),
            Case(testDescription: "zstd, skippable frames", input: skippable + zstd + skippable, output: text),
        ]
    }

    static func refused() throws -> [Case] {
        let gzip = try compressed(text, .gzip)
        let zstd = try compressed(text, .zstd)
        var flipped = gzip
        flipped[flipped.count - 6] ^= 1
        var flippedFrame = zstd
        flippedFrame[flippedFrame.count - 1] ^= 1
        return [
            Case(testDescription: "gzip, checksum wrong", input: flipped, output: []),
            Case(testDescription: "gzip, header alone", input: Array(gzip.prefix(10)), output: []),
            Case(testDescription: "gzip, magic alone", input: Array(gzip.prefix(3)), output: []),
            Case(testDescription: "gzip, trailer cut", input: gzip.dropLast(), output: []),
            Case(testDescription: "gzip, second member cut", input: gzip + gzip.dropLast(9), output: []),
            Case(testDescription: "zstd, checksum wrong", input: flippedFrame, output: []),
            Case(testDescription: "zstd, cut", input: zstd.dropLast(), output: []),
            Case(testDescription: "zstd, second frame cut", input: zstd + zstd.dropLast(20), output: []),
            Case(testDescription: "zstd, junk after", input: zstd + Array("junk and more".utf8), output: []),
            Case(testDescription: "zstd, magic alone", input: Array(zstd.prefix(4)), output: []),
        ]
    }

    @Test(arguments: GzipEngine.available, try accepted()) func takes(_ engine: GzipEngine, _ example: Case) throws {
        for size in [1, 2, 3, 5, 6, 7, 11, 64, 511, max(1, example.input.count)] {
            #expect(try inflate(example.input, pieces: size, gzip: engine) == example.output, "pieces of \(size)")
        }
    }

    @Test(arguments: GzipEngine.available, try refused()) func refuses(_ engine: GzipEngine, _ example: Case) throws {
        for size in [1, 7, max(1, example.input.count)] {
            #expect("pieces of \(size)") {
                _ = try inflate(example.input, pieces: size, gzip: engine)
            } throws: { error in
                if case .undecodable = error as? PullError.Cause { true } else { false }
            }
        }
    }

    /// A window that would take 2 GiB of memory is refused before it is allocated.
    @Test func refusesAHugeWindow() {
        // Magic, a descriptor without checksum or size, window exponent 21 (10 + 21 = 2^31), a raw block of one byte.
        let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x09, 0x00, 0x00, 0x41]
        #expect { _ = try inflate(frame, pieces: frame.count) } throws: { error in
            if case .undecodable = error as? PullError.Cause { true } else { false }
        }
    }

    /// More output than the decoders' own buffers hold, from one push.
    @Test(arguments: [ArchiveRequest.Compression.gzip, .zstd]) func inflatesFar(
        _ compression: ArchiveRequest.Compression
    )
        throws
    {
        let zeros = [UInt8](repeating: 0, count: 3_000_000)
        let input = try compressed(zeros, compression)
        #expect(input.count < 10_000)
        for engine in GzipEngine.available {
            #expect(try inflate(input, pieces: input.count, gzip: engine) == zeros)
        }
    }

    /// What the sink throws comes through.
    @Test(arguments: GzipEngine.available) func passesOnTheSinksError(_ engine: GzipEngine) throws {
        struct Full: Error {}
        var inflater = Inflater(gzip: engine)
        let input = try compressed(Self.text, .gzip)
        #expect(throws: Full.self) {
            try input.withUnsafeBytes { try inflater.push($0) { _ in throw Full() } }
        }
    }
}

/// What an inflater makes of bytes that come in pieces of this size.
func inflate(_ input: [UInt8], pieces size: Int, gzip engine: GzipEngine = .fastest) throws -> [UInt8] {
    var inflater = Inflater(gzip: engine)
    var output: [UInt8] = []
    for start in stride(from: 0, to: input.count, by: size) {
        try Array(input[start..<start + min(input.count - start, size)]).withUnsafeBytes { piece in
            try inflater.push(piece) { output.append(contentsOf: $0) }
        }
    }
    try inflater.finish { output.append(contentsOf: $0) }
    return output
}

/// Bytes compressed in memory, by the project's own encoders, which other tests put before gzip(1) and zstd(1).
func compressed(_ bytes: [UInt8], _ compression: ArchiveRequest.Compression) throws -> [UInt8] {
    var output: [UInt8] = []
    switch compression {
    case .none: output = bytes
    case .gzip:
        var encoder = try GzipDeflate.start()
        try bytes.withUnsafeBytes { try encoder.push($0) { output.append(contentsOf: $0) } }
        try encoder.finish { output.append(contentsOf: $0) }
    case .zstd:
        var encoder = try ZstandardEncoder.start()
        try bytes.withUnsafeBytes { try encoder.push($0) { output.append(contentsOf: $0) } }
        try encoder.finish { output.append(contentsOf: $0) }
    }
    return output
}
