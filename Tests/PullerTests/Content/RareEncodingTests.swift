import Foundation
import Testing

@testable import Puller

/// bzip2 and xz behind a media type that names something else. The bytes were written by bzip2(1) and xz(1).
@Suite struct RareEncodingTests {
    private static let text = InflaterTests.text
    private static let bzip2 = bytes(
        """
        QlpoOTFBWSZTWWac75oAAHeTgEABBAAbabLAIABwUNNMAAUqhBo9Rp+qbCehPYnkTBO4TQmhNxORPwmhMEwToTwJ0JgmBP4u5IpwoSDNOd80
        """)
    private static let xz = bytes(
        """
        /Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ANHACBdACoaCKIDJWbxS3jFogX/LubZ0iAarwLus7jUE8VGBQ5AABTmqDXMBVNEAAE8yAYAAADN7+NM\
        scRn+wIAAAAABFla
        """)
    /// Three million zeros.
    static let manyZeros = bytes("QlpoOTFBWSZTWaZFgLIAFvpACMAAQAAACCAAMMwJqmmpAi2pIEXi7kinChIUyLAWQA==")
    /// One byte behind a dictionary of 192 MiB.
    private static let hugeDictionary = bytes(
        "/Td6WFoAAATm1rRGAgAhAR8AAAD+YO3eAQAAQQAAAACX5wOMB8Y1yAABGQGlLIHMH7bzfQEAAAAABFla")

    private static func bytes(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }

    static let accepted = [
        ("bzip2", bzip2, text), ("bzip2 of nothing", bytes("QlpoORdyRThQkAAAAAA="), []),
        ("bzip2, many streams", bzip2 + bzip2 + bzip2, text + text + text),
        ("xz", xz, text), ("xz of nothing", bytes("/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo="), []),
        ("xz, many streams", xz + xz, text + text),
        ("xz, padded", xz + [0, 0, 0, 0] + xz + [UInt8](repeating: 0, count: 8), text + text),
    ]

    @Test(arguments: accepted) func takes(_ name: String, _ input: [UInt8], _ output: [UInt8]) throws {
        for size in [1, 2, 5, 6, 7, 64, input.count] {
            #expect(try inflate(input, pieces: size) == output, "pieces of \(size)")
        }
    }

    private static func flipped(_ input: [UInt8], at place: Int) -> [UInt8] {
        var input = input
        input[place] ^= 1
        return input
    }

    static let refused = [
        ("bzip2, checksum wrong", flipped(bzip2, at: bzip2.count - 3)), ("bzip2, header alone", Array(bzip2.prefix(4))),
        ("bzip2, cut", bzip2.dropLast()), ("bzip2, second stream cut", bzip2 + bzip2.dropLast(9)),
        ("bzip2, junk after", bzip2 + Array("junk".utf8)), ("bzip2, no such block size", Array("BZh0123456".utf8)),
        ("xz, checksum wrong", flipped(xz, at: 60)), ("xz, header alone", Array(xz.prefix(6))),
        ("xz, cut", xz.dropLast()), ("xz, second stream cut", xz + xz.dropLast(9)),
        ("xz, junk after", xz + Array("junk and more".utf8)), ("xz, padded to no multiple of four", xz + [0, 0, 0]),
        ("xz, a dictionary that would take all memory", hugeDictionary),
    ]

    @Test(arguments: refused) func refuses(_ name: String, _ input: [UInt8]) throws {
        for size in [1, 7, input.count] {
            #expect("pieces of \(size)") {
                _ = try inflate(input, pieces: size)
            } throws: { error in
                if case .undecodable = error as? PullError.Cause { true } else { false }
            }
        }
    }

    /// More output than the decoders' own buffers hold, from one push.
    @Test func inflatesFar() throws {
        let zeros = [UInt8](repeating: 0, count: 3_000_000)
        #expect(try inflate(Self.manyZeros, pieces: Self.manyZeros.count) == zeros)
    }

    /// The media type lies, the first bytes do not; the classic layout holds what they inflate to.
    @Test func isInflatedInAPull() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/rare", speaksTLS: false)
        let text = try Digester.digest(of: Self.text)
        let zeros = try Digester.digest(of: [UInt8](repeating: 0, count: 3_000_000))
        try ServedImage(layers: [Self.bzip2, Self.xz, Self.manyZeros], diffIDs: [text, text, zeros]).serve(in: registry)
        let request = try bench.request("127.0.0.1:5055/lab/rare", layout: .docker2010(saveTime: 0))
        let result = try await bench.pull(registry, request)
        #expect(result.size > 3_000_000)

        let wrong = try ServedImage(layers: [Self.xz], diffIDs: [zeros])
        wrong.serve(in: registry, as: "wrong")
        let cause = try await bench.cause(
            registry, bench.request("127.0.0.1:5055/lab/rare:wrong", to: "b.tar", layout: .docker2010(saveTime: 0)))
        #expect(cause == .diffIDMismatch(expected: zeros, actual: text))
    }
}
