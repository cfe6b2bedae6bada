internal import Synchronization

/// Bytes that are checked while they pass: never more than the size that was announced, and at the end that size and
/// that digest exactly.
///
/// It is a class behind a lock because one download goes on through several HTTP exchanges (RFC 9110 14.2, Range), whose
/// handlers are `@Sendable`; the bytes must still come in order.
final class VerifiedContent: Sendable {
    /// What the bytes must be.
    enum Expectation: Hashable, Sendable {
        /// A registry's blob: this digest and size.
        case blob(Digest, size: Int64)
        /// An inflated layer: this digest; its size stands nowhere.
        case layer(diffID: Digest)

        fileprivate var digest: Digest {
            switch self {
            case .blob(let digest, _), .layer(let digest): digest
            }
        }
    }

    private struct Progress: ~Copyable {
        var digester: Digester
        var received: Int64 = 0
    }

    /// What the bytes must be.
    let expectation: Expectation
    private let progress: Mutex<Progress>

    /// Begins with no bytes.
    ///
    /// - Throws: `.unsupported` when the digest cannot be computed.
    init(_ expectation: Expectation) throws(PullError.Cause) {
        self.expectation = expectation
        progress = Mutex(Progress(digester: try Digester.start(expectation.digest.algorithm)))
    }

    /// A blob by its descriptor.
    ///
    /// - Throws: `.unsupported` when the digest cannot be computed.
    convenience init(_ descriptor: Descriptor) throws(PullError.Cause) {
        try self.init(.blob(descriptor.digest, size: descriptor.size))
    }

    /// How many bytes have passed.
    var received: Int64 { progress.withLock { $0.received } }

    /// Takes in the next bytes.
    ///
    /// - Throws: `.sizeMismatch` as soon as one byte too many has come; none of these bytes is then counted.
    func update(_ bytes: UnsafeRawBufferPointer) throws(PullError.Cause) {
        try progress.withLock { progress throws(PullError.Cause) in
            let (received, overflow) = progress.received.addingReportingOverflow(Int64(bytes.count))
            if case .blob(_, let size) = expectation, overflow || received > size {
                throw .sizeMismatch(expected: size, actual: overflow ? .max : received)
            }
            progress.received = received
            progress.digester.update(bytes)
        }
    }

    /// Says that all bytes have come; to be called once.
    ///
    /// - Throws: `.sizeMismatch` when too few came, `.digestMismatch` or, for a layer, `.diffIDMismatch`.
    func finish() throws(PullError.Cause) {
        let actual = try progress.withLock { progress throws(PullError.Cause) in
            if case .blob(_, let size) = expectation, progress.received != size {
                throw .sizeMismatch(expected: size, actual: progress.received)
            }
            return try progress.digester.finalize()
        }
        guard actual != expectation.digest else { return }
        switch expectation {
        case .blob(let digest, _): throw .digestMismatch(expected: digest, actual: actual)
        case .layer(let diffID): throw .diffIDMismatch(expected: diffID, actual: actual)
        }
    }
}
