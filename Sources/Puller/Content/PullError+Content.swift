#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Content and archive know the cause of a failure; the pipeline, which knows the step and the place, makes the
/// whole `PullError` of it.
extension PullError.Cause: Error {}

extension PullError.Cause {
    /// Whoever read the archive from standard output has gone away; for a pipeline's `head` that is no error.
    public static var outputClosed: Self { .disk(errno: EPIPE) }
}
