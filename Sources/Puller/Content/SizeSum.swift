extension Int64 {
    /// A size and another one.
    ///
    /// - Throws: `.malformed` when that cannot be counted.
    func plus(_ other: Int64) throws(PullError.Cause) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw .malformed("sizes beyond any disk") }
        return sum
    }
}

extension Sequence<Int64> {
    /// What sizes come to that others have named, to be shown; `Int64.max` where that cannot be counted, so that no
    /// list of sizes ends the program.
    package var sizeSum: Int64 { DiskRoom.sum(self) ?? .max }
}
