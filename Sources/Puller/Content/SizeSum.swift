extension Sequence<Int64> {
    /// What sizes come to that others have named, to be shown; `Int64.max` where that cannot be counted, so that no
    /// list of sizes ends the program.
    package var sizeSum: Int64 { DiskRoom.sum(self) ?? .max }
}
