internal import Glibc

/// How many descriptors this process may hold.
enum Descriptors {
    /// Raises the soft limit to the hard one. A lookup of lab mode holds up to six sockets for each resolver, and the usual
    /// soft limit of 1,024 is there for programs that use `select`.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max
        else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
