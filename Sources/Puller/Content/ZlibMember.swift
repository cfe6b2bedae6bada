internal import CZlib

/// Members inflated by zlib.
final class ZlibMember: GzipMemberInflating {
    private let stream: ZlibStream

    /// Begins before the first byte of a member.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    init() throws(PullError.Cause) { stream = try ZlibStream() }

    func startAnew() throws(PullError.Cause) { try stream.startGzip() }

    func inflate(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> (written: Int, hasEnded: Bool) {
        var written = 0
        while true {
            let before = input.count
            let room = UnsafeMutableRawBufferPointer(rebasing: output[written...])
            let step = try stream.inflate(&input, into: room, until: Z_NO_FLUSH)
            written += step.written
            let isStuck = step.written == 0 && input.count == before
            if step.hasEnded || isStuck || written == output.count || input.isEmpty { return (written, step.hasEnded) }
        }
    }
}
