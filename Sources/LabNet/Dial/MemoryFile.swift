internal import NIOPosix

/// The memory that outlives a run: one file in a folder of this user's, shared by all processes.
///
/// It is a help and never a need: whatever cannot be read is as if it were not there.
public struct MemoryFile: Sendable {
    private static let name = "routes"
    private static let lock = "lock"
    /// A longer file is none of ours: the longest line has some 350 bytes.
    static let limit = 1 << 20

    /// The path of the folder; its own name is never a symlink's.
    let folder: String

    /// The memory in a folder, which need not exist.
    public init(folder: String) { self.folder = folder }

    /// Where it is by custom: `$XDG_CACHE_HOME/docker-tar-lab`, or `$HOME/.cache/docker-tar-lab`; nil where there is
    /// neither. Relative paths do not count (XDG Base Directory Specification).
    public static func customaryFolder(in environment: [String: String]) -> String? {
        func absolute(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        let caches = absolute("XDG_CACHE_HOME") ?? absolute("HOME").map { $0 + "/.cache" }
        return caches.map { $0 + "/docker-tar-lab" }
    }

    /// Forgets what has worked. Endpoints in their penalty are still left alone.
    ///
    /// - Throws: `MemoryFailure` where there is a memory that cannot be written; one that cannot be read is none.
    public func forget() async throws(MemoryFailure) {
        let now = DialMemory.timeSince1970()()
        let outcome = await MemoryFile.blocking { () -> Result<Void, MemoryFailure> in
            guard (try? read()) != nil else { return .success(()) }
            return Result { () throws(MemoryFailure) in _ = try update(now: now) { $0 = $0.withoutSuccesses() } }
        }
        try outcome.get()
    }

    /// Runs work on files beside the cooperative pool. Cancelling the task does not keep it from being done: a run that
    /// is interrupted still says what it has learned.
    static func blocking<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            NIOThreadPool.singleton.submit { _ in continuation.resume(returning: work()) }
        }
    }
}

// MARK: Blocking

extension MemoryFile {
    /// What was kept, and the mark of its file; nil when the file is still the one with this mark. One that is damaged
    /// holds nothing.
    ///
    /// - Throws: `MemoryFailure` when there is none, or none that may be trusted.
    func read(unless stamp: MemoryFolder.Stamp? = nil) throws(MemoryFailure) -> Kept? {
        let folder = try MemoryFolder.open(folder, creating: false)
        let current = folder.stamp(of: Self.name)
        if let stamp, current == stamp { return nil }
        let text = try folder.read(Self.name, upTo: Self.limit)
        return Kept(memory: RouteMemory(text: text) ?? RouteMemory(), stamp: current)
    }

    /// What a file holds, and how to know that it still does.
    struct Kept: Sendable {
        var memory: RouteMemory
        var stamp: MemoryFolder.Stamp?
    }

    /// Reads, changes and writes, all under one lock.
    ///
    /// - Parameter now: since 1970; what is out of date, or of a time to come, is dropped before and after the change.
    /// - Returns: what has been written.
    /// - Throws: `MemoryFailure`; what was there before is then still there.
    func update(
        now: Duration, _ change: (inout RouteMemory) -> Void
    ) throws(MemoryFailure) -> Kept {
        let folder = try MemoryFolder.open(folder, creating: true)
        return try folder.locked(by: Self.lock) { folder throws(MemoryFailure) in
            let text = try? folder.read(Self.name, upTo: Self.limit)
            var memory = (text.flatMap { RouteMemory(text: $0) } ?? RouteMemory()).worthKeeping(now: now)
            change(&memory)
            memory = memory.worthKeeping(now: now)
            try folder.replace(Self.name, with: Array(memory.text().utf8))
            return Kept(memory: memory, stamp: folder.stamp(of: Self.name))
        }
    }
}
