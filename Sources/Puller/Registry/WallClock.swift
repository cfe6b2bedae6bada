#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The date.
package enum WallClock {
    /// Seconds since 1970, UTC.
    package static func secondsSince1970() -> Int64 { Int64(time(nil)) }
}
