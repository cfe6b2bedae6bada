internal import CLinux

/// What becomes of memory that is freed.
enum FreedMemory {
    /// Keeps some for the next buffers.
    ///
    /// Every piece of a layer comes in a buffer of its own. malloc would give each back to the kernel, which clears its pages
    /// anew for the next one: a tenth of the processor's time of a pull. A buffer is seldom freed by the thread that asked
    /// for it, so many heaps only take more memory.
    static func keep() { linux_keep_freed(8 << 20, 2) }
}
