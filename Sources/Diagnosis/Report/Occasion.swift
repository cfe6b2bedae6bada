internal import Glibc

/// When, with what and for how long a diagnosis was made: what a report says besides what was found.
package struct Occasion: Hashable, Sendable {
    /// The tool's version (semver.org).
    package var version: String
    /// When it began, in seconds since 1970 by this machine's clock.
    package var start: Int64
    /// How long it took.
    package var runtime: Duration
    /// The processor, by the name that container images use: `amd64`, `arm64`.
    package var architecture: String
    /// Where the list of resolvers came from.
    package var resolvers: ResolverOrigin

    /// Puts the parts together.
    package init(
        version: String, start: Int64, runtime: Duration, architecture: String = Self.ownArchitecture,
        resolvers: ResolverOrigin
    ) {
        self.version = version
        self.start = start
        self.runtime = runtime
        self.architecture = architecture
        self.resolvers = resolvers
    }

    /// Where a list of resolvers can come from. The raw value is what the JSON says.
    package enum ResolverOrigin: String, Hashable, Sendable {
        /// Built in.
        case builtIn = "built-in"
        /// The user's own file.
        case file
        /// The command line.
        case given
    }

    /// The processor that this program was compiled for.
    package static var ownArchitecture: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }

    /// The beginning in UTC, to the second: `2026-01-31 12:00:00`.
    package var startText: String {
        var seconds = time_t(start)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday].map(padded).joined(separator: "-")
        return date + " " + [parts.tm_hour, parts.tm_min, parts.tm_sec].map(padded).joined(separator: ":")
    }
}
