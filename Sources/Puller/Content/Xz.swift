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

    private init(owning stream: UnsafeMutablePointer<lzma_stream>) { self.stream = stream }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    /// Begins before the first stream.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    static func start() throws(PullError.Cause) -> XzDecoder {
        let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
        stream.initialize(to: lzma_stream_unused())
        let decoder = XzDecoder(owning: stream)
        guard lzma_streams_decoder(stream, memoryLimit) == LZMA_OK else {
            throw .undecodable("xz: no memory")
        }
        return decoder
    }

    /// Decompresses until the output is full or the input is used up, which then begins behind what was read.
    ///
    /// - Returns: how much of the output is filled; where all of it is, more may be to come even without input.
    /// - Throws: `.undecodable` on bytes that are not xz.
    mutating func decode(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        stream.pointee.next_in = input.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_in = input.count
        var filled = 0
        repeat {
            filled += try step(LZMA_RUN, into: output.rest(from: filled)).written
        } while filled < output.count && stream.pointee.avail_in > 0
        input = input.rest(from: input.count - stream.pointee.avail_in)
        return filled
    }

    /// Says that no more bytes come, and fills the output with what is left.
    ///
    /// - Returns: how much of the output is filled; where all of it is, more is to come.
    /// - Throws: `.undecodable` inside a stream.
    mutating func finish(into output: UnsafeMutableRawBufferPointer) throws(PullError.Cause) -> Int {
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
        var filled = 0
        while filled < output.count {
            let (code, written) = try step(LZMA_FINISH, into: output.rest(from: filled))
            filled += written
            if code == LZMA_STREAM_END { break }
        }
        return filled
    }

    private mutating func step(
        _ action: lzma_action, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> (code: lzma_ret, written: Int) {
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = output.count
        let code = lzma_code(stream, action)
        let written = output.count - stream.pointee.avail_out
        switch code {
        case LZMA_OK, LZMA_STREAM_END: return (code, written)
        // Nothing can be done without more input: while there may be some, that is no error.
        case LZMA_BUF_ERROR where action == LZMA_RUN: return (code, written)
        default: throw .undecodable("xz: \(Self.words(for: code))")
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
