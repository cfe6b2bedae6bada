internal import CZlib

/// Has zlib read what stands before the data: the header of a member (RFC 1952, 2.3) and of each block (RFC 1951, 3.2.3).
///
/// zlib refuses codes that are incomplete, which ISA-L takes as long as no stream uses what is missing from them. Nothing
/// is inflated here.
final class DeflateHeaders {
    private let stream: ZlibStream
    // zlib refuses a null pointer even where there is no room behind it, and writes nothing to it.
    private let noOutput = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)

    // Bits of z_stream.data_type (zlib.h, inflate): the last block, before a block's header, behind it.
    private static let isLast: Int32 = 64
    private static let isBeforeBlock: Int32 = 128
    private static let isBehindHeader: Int32 = 256

    /// Begins before the header of a member.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    init() throws(PullError.Cause) { stream = try ZlibStream() }

    deinit { noOutput.deallocate() }

    /// Begins before the header of a member.
    func startMember() throws(PullError.Cause) { try stream.startGzip() }

    /// Reads on in the header of a member, and removes what it has read from `rest`.
    ///
    /// - Returns: Whether the header has ended.
    /// - Throws: `.undecodable` on one that is none.
    func readMember(_ rest: inout UnsafeRawBufferPointer) throws(PullError.Cause) -> Bool {
        try read(&rest, until: Z_BLOCK)
        return stream.position & Self.isBeforeBlock != 0
    }

    /// Begins before the header of a block, with the bits that come before the next byte.
    ///
    /// - Throws: `.undecodable` where they are a header that is none.
    func startBlock(_ bits: LooseBits) throws(PullError.Cause) {
        var bits = bits
        let odd = bits.takeOdd()
        try stream.startRaw(bits: odd.count, of: Int(odd.value))
        for _ in 0..<bits.count / 8 {
            guard let byte = bits.takeByte() else { break }
            _ = try withUnsafeBytes(of: byte) { byte throws(PullError.Cause) in try readBlock(byte) }
        }
    }

    /// Reads on in the header of a block; bytes behind its end are left alone.
    ///
    /// - Returns: Once the header has ended, whether the block is the last one of its member.
    /// - Throws: `.undecodable` on a header that is none.
    func readBlock(_ bytes: UnsafeRawBufferPointer) throws(PullError.Cause) -> Bool? {
        if stream.position & Self.isBehindHeader == 0 {
            var bytes = bytes
            try read(&bytes, until: Z_TREES)
        }
        return stream.position & Self.isBehindHeader == 0 ? nil : stream.position & Self.isLast != 0
    }

    private func read(_ bytes: inout UnsafeRawBufferPointer, until flush: Int32) throws(PullError.Cause) {
        _ = try stream.inflate(&bytes, into: .init(start: noOutput, count: 0), until: flush)
    }
}
