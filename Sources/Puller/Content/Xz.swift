internal import CLzma

/// Decompresses xz as it streams by (The .xz File Format 1.1.0): the boundary to liblzma's decoder.
///
/// Any number of streams and the padding between them, as xz(1) takes them. A stream that begins and does not end is an
/// error, and so is one that wants more memory than a dictionary of 128 MiB, twice what `xz -9` asks for.
struct XzDecoder: ~Copyable {
    // The dictionary, and 1 MiB for all besides it.
    private static let memoryLimit: UInt64 = 129 << 20

    // liblzma keeps its state behind the stream: allocated by `start`, freed by `deinit`.
    private let stream: UnsafeMutablePointer<lzma_stream>
    private let output: UnsafeMutableRawBufferPointer

    private init(owning stream: UnsafeMutablePointer<lzma_stream>, output: UnsafeMutableRawBufferPointer) {
        self.stream = stream
        self.output = output
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Begins before the first stream.
    ///
    /// - Parameter outputSize: How many bytes are handed on at most at a time.
    /// - Throws: `.undecodable` when there is no memory.
    static func start(outputSize: Int = 256 * 1024) throws(PullError.Cause) -> XzDecoder {
        let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
        stream.initialize(to: lzma_stream_unused())
        let decoder = XzDecoder(owning: stream, output: .allocate(byteCount: outputSize, alignment: 16))
        guard lzma_streams_decoder(stream, memoryLimit) == LZMA_OK else {
            throw .undecodable("xz: no memory")
        }
        return decoder
    }

    /// Takes in the next compressed bytes and hands on what they decompress to.
    ///
    /// - Throws: `.undecodable` on bytes that are not xz; what `sink` throws.
    mutating func push(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard !input.isEmpty else { return }
        stream.pointee.next_in = input.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_in = input.count
        repeat {
            _ = try step(LZMA_RUN, into: sink)
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
    }

    /// Says that no more bytes come, and hands on what is left.
    ///
    /// - Throws: `.undecodable` inside a stream; what `sink` throws.
    mutating func finish(into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
        while try step(LZMA_FINISH, into: sink) != LZMA_STREAM_END {}
    }

    private mutating func step(
        _ action: lzma_action, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> lzma_ret {
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = output.count
        let code = lzma_code(stream, action)
        let produced = output.count - stream.pointee.avail_out
        if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
        switch code {
        case LZMA_OK, LZMA_STREAM_END: return code
        // Nothing can be done without more input: while there may be some, that is no error.
        case LZMA_BUF_ERROR where action == LZMA_RUN: return code
        default: throw PullError.Cause.undecodable("xz: \(Self.words(for: code))")
        }
    }

    private static func words(for code: lzma_ret) -> String {
        switch code {
        case LZMA_BUF_ERROR: "ends inside a stream"
        case LZMA_DATA_ERROR: "data error"
        case LZMA_FORMAT_ERROR: "bad magic"
        case LZMA_MEM_ERROR: "no memory"
        case LZMA_MEMLIMIT_ERROR: "a dictionary of more than 128 MiB"
        case LZMA_OPTIONS_ERROR: "unknown options"
        default: "liblzma error \(code.rawValue)"
        }
    }
}
