#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif
internal import Synchronization

/// How many bytes may still be inflated: a few kilobytes can become a terabyte.
final class InflationBudget: Sendable {
    /// What it means that nothing is left.
    enum End: Hashable, Sendable {
        /// The content is a bomb.
        case bomb
        /// The disk is full.
        case noSpace
    }

    private let limit: Int64
    private let left: Mutex<Int64>
    private let end: End

    /// So many bytes.
    init(_ limit: Int64, onEnd end: End = .bomb) {
        (self.limit, self.end) = (limit, end)
        left = Mutex(limit)
    }

    /// What honest content of so many bytes may inflate to: 64 GiB, and 32 times its size beyond that.
    static func usual(for size: Int64) -> Int64 {
        let (product, overflow) = size.multipliedReportingOverflow(by: 32)
        let (sum, isTooMuch) = product.addingReportingOverflow(64 << 30)
        return overflow || isTooMuch ? .max : sum
    }

    /// Takes so many bytes from it.
    ///
    /// - Throws: `.undecodable`, or `.disk` with ENOSPC, when there are fewer left.
    func spend(_ count: Int) throws(PullError.Cause) {
        let isEnough = left.withLock { left in
            left -= Int64(count)
            return left >= 0
        }
        guard !isEnough else { return }
        switch end {
        case .bomb: throw .undecodable("inflates to more than \(limit) bytes")
        case .noSpace: throw .disk(errno: ENOSPC)
        }
    }
}

extension PullError.Cause {
    /// Whether opening a file failed because it is a folder.
    static func isOfFolder(_ errno: Int32) -> Bool { errno == EISDIR }

    /// Whether opening a file failed because there is none, or something else.
    static func isOfAbsence(_ errno: Int32) -> Bool { [ENOENT, ENOTDIR, ELOOP, EISDIR, EINVAL, ENXIO].contains(errno) }
}
