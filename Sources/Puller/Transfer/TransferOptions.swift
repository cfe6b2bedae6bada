/// How patiently and how fast content is fetched, and where what was interrupted is kept for the next run.
public struct TransferOptions: Hashable, Sendable {
    /// How often something is asked for again that failed without bringing anything, 0…100 (`-retries`).
    public var retries = 5
    /// How many connections bring blobs at a time, 1…16 (`-connections`); nil for ``usualConnections``, or as many as
    /// there are layers fetched at a time.
    public var connections: Int?
    /// The bytes per second over all connections (`-limit-rate`); nil for no limit.
    public var bytesPerSecond: Int64?
    /// Where partial content is kept; nil for nowhere (`-no-cache`).
    public var cache: Cache?

    /// The connections where none are named.
    public static let usualConnections = 4

    /// The defaults; nothing is kept.
    public init() {}

    /// A folder of this user's for what was interrupted.
    public struct Cache: Hashable, Sendable {
        /// The path of the folder; it and the one that holds it are made where they are missing.
        public var folder: String
        /// How many bytes may stay in it (`-cache-size`); the oldest go first.
        public var limit: Int64

        /// The size where none is named: 2 GiB.
        public static let usualLimit: Int64 = 2 << 30

        /// Joins the two.
        public init(folder: String, limit: Int64 = Cache.usualLimit) {
            self.folder = folder
            self.limit = limit
        }
    }
}
