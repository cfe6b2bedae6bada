internal import LabNet
internal import Puller

/// How patiently and how fast content is fetched, and what is kept of a pull that is interrupted.
extension Flags {
    /// Reads the flags of the transfer.
    func transfer(in surroundings: Surroundings) throws(UsageError) -> TransferOptions {
        var options = TransferOptions()
        if let retries {
            guard let count = Int(retries), (0...100).contains(count) else {
                throw .invalidValue(.retries, retries, .expectedRetries)
            }
            options.retries = count
        }
        if let connections {
            guard let count = Int(connections), (1...16).contains(count) else {
                throw .invalidValue(.connections, connections, .expectedConnections)
            }
            options.connections = count
        }
        if let limitRate {
            guard let rate = Self.byteCount(limitRate), rate > 0 else {
                throw .invalidValue(.limitRate, limitRate, .expectedRate)
            }
            options.bytesPerSecond = rate
        }
        options.cache = try cache(in: surroundings)
        return options
    }

    private func cache(in surroundings: Surroundings) throws(UsageError) -> TransferOptions.Cache? {
        if noCache, cacheSize != nil { throw .conflict(Flag.noCache.spelling, Flag.cacheSize.spelling) }
        var limit = TransferOptions.Cache.usualLimit
        if let cacheSize {
            guard let size = Self.byteCount(cacheSize) else {
                throw .invalidValue(.cacheSize, cacheSize, .expectedCacheSize)
            }
            limit = size
        }
        guard !noCache, let folder = MemoryFile.customaryFolder(in: surroundings.environment) else { return nil }
        return TransferOptions.Cache(folder: folder + "/blobs", limit: limit)
    }

    /// How long a server may be silent (`-timeout`), at whatever step.
    func setTimeout(of configuration: inout TransportConfiguration) throws(UsageError) {
        guard let timeout else { return }
        let limit = try Self.duration(timeout, of: .timeout, within: 1000...600_000, else: .expectedTimeout)
        configuration.timeouts.firstByte = limit
        configuration.timeouts.idle = limit
        // These are short already; who wants less gets less.
        configuration.timeouts.connect = min(configuration.timeouts.connect, limit)
        configuration.timeouts.handshake = min(configuration.timeouts.handshake, limit)
        configuration.timeouts.proving = min(configuration.timeouts.proving, limit)
    }

    /// Reads `1048576`, `1024k`, `1m`: powers of 1024, as in curl; nil for anything else, and for what no disk can hold.
    static func byteCount(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
        let unit = text.last.flatMap { units[Character($0.lowercased())] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(digits)
        else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        return overflow || count > 1 << 50 ? nil : count
    }
}
