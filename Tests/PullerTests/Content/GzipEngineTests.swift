import Foundation
import Testing

@testable import Puller

/// Both engines take and refuse the same gzip, and what they take is the same.
@Suite struct GzipEngineTests {
    /// Where both can be tested, both are: a machine of CI has ISA-L if Debian has it for its processor.
    @Test func isalIsTestedWhereItExists() {
        let isExpected = ProcessInfo.processInfo.environment["CI"] != nil
        #if arch(x86_64)
            #expect(!isExpected || GzipEngine.available.contains(.isal))
        #endif
        #expect(GzipEngine.available.first == .zlib)
    }

    /// A stream, and the text in it; nil where it is to be refused.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let input: [UInt8]
        let text: String?

        init(_ name: String, _ text: String?, saying: String = "aaaa", _ write: (inout DeflateWriter) -> Void) {
            testDescription = name
            input = DeflateWriter.member(saying: Array((text ?? saying).utf8), write)
            self.text = text
        }

        init(_ name: String, flags: UInt8, fields: [UInt8], isTaken: Bool) {
            testDescription = name
            input = DeflateWriter.member(flags: flags, fields: fields, saying: Array("aaaa".utf8)) {
                $0.stored(Array("aaaa".utf8))
            }
            text = isTaken ? "aaaa" : nil
        }
    }

    /// Lengths of codes for literals and lengths, or for distances.
    private static func lengths(_ count: Int, _ lengths: [Int: Int]) -> [Int] { (0..<count).map { lengths[$0] ?? 0 } }
    private static func literals(_ some: [Int: Int]) -> [Int] { lengths(257, some) }
    private static let a = 97
    private static let noDistances = [0]
    private static let both = literals([a: 1, 256: 1])
    /// A literal and a length of three.
    private static let withLength = lengths(258, [a: 1, 256: 2, 257: 2])
    private static let text = DeflateWriter.Symbol.text("aaaa")

    static let headers: [Case] = {
        let crc = DeflateWriter.crc32([0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 3])
        let right = [UInt8(truncatingIfNeeded: crc), UInt8(truncatingIfNeeded: crc >> 8)]
        let name = Array("name".utf8) + [0]
        let comment = Array(String(repeating: "comment ", count: 100).utf8) + [0]
        return [
            Case("name", flags: 8, fields: name, isTaken: true),
            Case("extra field", flags: 4, fields: [3, 0, 1, 2, 3], isTaken: true),
            Case("extra field, name and comment", flags: 28, fields: [1, 0, 0] + name + comment, isTaken: true),
            Case("text", flags: 1, fields: [], isTaken: true),
            Case("checksum of the header", flags: 2, fields: right, isTaken: true),
            Case("wrong checksum of the header", flags: 2, fields: [right[0] ^ 1, right[1]], isTaken: false),
            Case("reserved flag", flags: 32, fields: [], isTaken: false),
            Case("reserved flag and name", flags: 136, fields: name, isTaken: false),
        ]
    }()

    static let blocks: [Case] = [
        Case("no literals", "") { $0.fixed([.end]) },
        Case("stored of nothing", "") { $0.stored([]) },
        Case("stored", "aaaa") { $0.stored(Array("aaaa".utf8)) },
        Case("stored, lengths that contradict one another", nil) { $0.stored(Array("aaaa".utf8), complement: 0xfffa) },
        Case("no such type", nil) { $0.put(7, bits: 3) },
        Case("blocks of all types", "aaaabbbbaaaaa") {
            $0.fixed(isLast: false, [])
            $0.put(0, bits: 7)
            $0.dynamic(isLast: false, literals: both, distances: noDistances, text)
            $0.stored(Array("bbbb".utf8), isLast: false)
            $0.fixed(isLast: false, DeflateWriter.Symbol.text("aaa"))
            $0.fixed(DeflateWriter.Symbol.text("aa"))
        },
        Case("many empty blocks, none at a byte's end", "aaaa") {
            for _ in 0..<101 { $0.fixed(isLast: false, [.end]) }
            $0.fixed(text)
        },
        Case("refers back over blocks", "aaaaaaa") {
            $0.stored(Array("aaa".utf8), isLast: false)
            $0.fixed([.literal(a), .literal(257), .distance(3), .end])
        },
        Case("refers to before the beginning", nil) { $0.fixed([.literal(a), .literal(257), .distance(1), .end]) },
        Case("refers to before the beginning, in another block", nil) {
            $0.stored(Array("aa".utf8), isLast: false)
            $0.fixed([.literal(257), .distance(2), .end])
        },
        Case("a length that is none (286)", nil) { $0.fixed([.literal(a), .literal(286), .distance(0), .end]) },
        Case("a length that is none (287)", nil) { $0.fixed([.literal(a), .literal(287), .distance(0), .end]) },
        Case("a distance that is none (30)", nil) { $0.fixed([.literal(a), .literal(257), .distance(30), .end]) },
        Case("a distance that is none (31)", nil) { $0.fixed([.literal(a), .literal(257), .distance(31), .end]) },
        Case("a length of 258 in other words", String(repeating: "a", count: 259)) {
            $0.fixed([.literal(a), .literal(284), .extra(31, bits: 5), .distance(0), .end])
        },
    ]

    static let codes: [Case] = [
        Case("codes of its own", "aaaa") { $0.dynamic(literals: both, distances: noDistances, text) },
        Case("one code for distances", "aaaa") {
            $0.dynamic(literals: withLength, distances: [1], [.literal(a), .literal(257), .distance(0), .end])
        },
        Case("one code for distances, and the other one", nil) {
            $0.dynamic(literals: withLength, distances: [1], [.literal(a), .literal(257), .extra(1, bits: 1), .end])
        },
        Case("no code for distances, and one used", nil) {
            $0.dynamic(literals: withLength, distances: [0], [.literal(a), .literal(257), .extra(0, bits: 1), .end])
        },
        Case("nothing but the end", "") { $0.dynamic(literals: literals([256: 1]), distances: noDistances, [.end]) },
        Case("literals incomplete", nil) {
            $0.dynamic(literals: literals([a: 2, 256: 2]), distances: noDistances, text)
        },
        Case("literals incomplete, one long code", nil, saying: "") {
            $0.dynamic(literals: literals([256: 2]), distances: noDistances, [.end])
        },
        Case("literals incomplete, in a block among others", nil, saying: "aaaaaaaa") {
            $0.fixed(isLast: false, DeflateWriter.Symbol.text("aa"))
            $0.dynamic(isLast: false, literals: literals([a: 2, 256: 2]), distances: noDistances, text)
            $0.fixed(DeflateWriter.Symbol.text("aa"))
        },
        Case("too many literals for their lengths", nil) {
            $0.dynamic(literals: literals([a: 1, 98: 1, 256: 1]), distances: noDistances, text)
        },
        Case("distances incomplete", nil) { $0.dynamic(literals: both, distances: [2, 2], text) },
        Case("distances incomplete, and one used", nil) {
            $0.dynamic(literals: withLength, distances: [2, 2], [.literal(a), .literal(257), .distance(0), .end])
        },
        Case("too many distances for their lengths", nil) { $0.dynamic(literals: both, distances: [1, 1, 1], text) },
        Case("no end of the block", nil) {
            $0.dynamic(literals: literals([a: 1, 98: 1]), distances: noDistances, [.literal(a)])
        },
        Case("too many codes for literals", nil) {
            $0.dynamic(literals: lengths(287, [a: 1, 256: 1]), distances: noDistances, text)
        },
        Case("too many codes for distances", nil) {
            $0.dynamic(literals: both, distances: [Int](repeating: 0, count: 31), text)
        },
        Case("repeats a length that is not there", nil) {
            $0.dynamic(literals: both, distances: noDistances, first: 16, text)
        },
        Case("code of lengths incomplete", nil) {
            $0.dynamic(
                literals: both, distances: noDistances,
                lengthCode: [Int](repeating: 4, count: 13) + [Int](repeating: 5, count: 5) + [0], text)
        },
    ]

    @Test(arguments: GzipEngine.available, headers + blocks + codes)
    func judges(_ engine: GzipEngine, _ example: Case) throws {
        for size in [1, 2, 3, 7, 100, example.input.count] {
            let outcome = GzipOutcome(example.input, engine, pieces: size)
            if let text = example.text {
                #expect(outcome == GzipOutcome(end: .member, bytes: Array(text.utf8)), "pieces of \(size)")
            } else {
                #expect(outcome.end == .refused, "pieces of \(size)")
            }
        }
    }

    @Test(arguments: GzipEngine.available, [8, 7, 4, 1])
    func holdsTheTrailerAgainstWhatWasInflated(_ engine: GzipEngine, _ fromTheEnd: Int) throws {
        var member = try compressed(InflaterTests.text, .gzip)
        member[member.count - fromTheEnd] ^= 0x10
        for size in [1, member.count] {
            #expect(GzipOutcome(member, engine, pieces: size).end == .wrongTrailer, "pieces of \(size)")
        }
    }

    /// Whatever the buffer's size, and wherever the pieces end.
    @Test(arguments: GzipEngine.available) func handsOnNoMoreThanItsBuffer(_ engine: GzipEngine) throws {
        var random = SeededGenerator(seed: 7)
        let text = SeededGzip.text(200_000, using: &random)
        let input = try SeededGzip.compressed(text, level: 6)
        for (buffer, size) in [(1, 1000), (100, 1), (1000, input.count), (32 * 1024, 777), (65537, 65536)] {
            let outcome = GzipOutcome(input, engine, pieces: size, buffer: buffer)
            #expect(outcome == GzipOutcome(end: .member, bytes: text), "buffer of \(buffer)")
            #expect(outcome.largest <= buffer)
        }
    }

    /// Spoilt streams: the same verdict, and the same bytes wherever the verdict is good. Both verdicts are met often,
    /// and a wrong checksum is one that says that the rest was taken.
    @Test(arguments: GzipEngine.available, 0..<8)
    func agreesWithZlibOnWhatIsSpoilt(_ engine: GzipEngine, _ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var ends: [GzipOutcome.End: Int] = [:]
        for number in 0..<500 {
            let input = SeededGzip.spoiled(try SeededGzip.stream(using: &random), using: &random)
            let pieces = [1, 7, 100, max(1, input.count)].randomElement(using: &random) ?? 1
            let zlib = GzipOutcome(input, .zlib, pieces: max(1, input.count))
            let other = GzipOutcome(input, engine, pieces: pieces)
            #expect(zlib.end == other.end, "\(number), pieces of \(pieces): \(input)")
            if [.member, .junk].contains(zlib.end) {
                #expect(zlib.bytes == other.bytes, "\(number), pieces of \(pieces): \(input)")
            }
            ends[zlib.end, default: 0] += 1
        }
        #expect(
            ends[.wrongTrailer, default: 0] > 20 && ends[.refused, default: 0] > 20 && ends[.member, default: 0] > 0)
    }
}

/// What an engine makes of bytes.
struct GzipOutcome: Equatable {
    enum End: Hashable {
        /// Behind a member.
        case member
        /// In bytes behind a member that are none.
        case junk
        /// All was inflated, but it is not what the trailer says.
        case wrongTrailer
        /// No gzip, or not all of it.
        case refused
    }

    var end: End
    var bytes: [UInt8]
    /// How many bytes were handed on at most at a time.
    var largest = 0

    init(end: End, bytes: [UInt8]) { (self.end, self.bytes) = (end, bytes) }

    init(_ input: [UInt8], _ engine: GzipEngine, pieces size: Int, buffer: Int = 4096) {
        var (bytes, largest) = ([UInt8](), 0)
        do {
            var gzip = try GzipInflate.start(engine: engine)
            let room = ByteBlock(buffer)
            for start in stride(from: 0, to: input.count, by: size) {
                // Memory of its own, so that a read behind its end is found.
                try Array(input[start..<min(input.count, start + size)]).withUnsafeBytes { piece in
                    var rest = piece
                    var count = 0
                    repeat {
                        count = try gzip.decode(&rest, into: room.bytes)
                        bytes.append(contentsOf: room.bytes[..<count])
                        largest = max(largest, count)
                    } while !rest.isEmpty || count == buffer
                }
            }
            try gzip.finish()
            end = gzip.endsInJunk() ? .junk : .member
        } catch {
            let words = if case .undecodable(let words) = error as? PullError.Cause { words } else { "" }
            end =
                ["gzip: incorrect data check", "gzip: incorrect length check"].contains(words)
                ? .wrongTrailer : .refused
        }
        (self.bytes, self.largest) = (bytes, largest)
    }

    static func == (left: GzipOutcome, right: GzipOutcome) -> Bool {
        left.end == right.end && left.bytes == right.bytes
    }
}
